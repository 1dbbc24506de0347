/**
 * What TypeScript hands to the C of a compiled engine in one call, described once. From this page come the structs of
 * native/requests.h (`pnpm build:requests` writes it, a test compares), the bytes that `encode` lays out for them, and the
 * TypeScript types of the values.
 *
 * A struct is a row of slots of 8 bytes, a slot per field, in order. So it is the same bytes for C with 64-bit pointers (native)
 * and with 32-bit ones (WebAssembly). To add a field: a line here, `pnpm build:requests`, and its use.
 */

/** Choices that C knows by number: their place in the list. */
export const enumerations = {
  Mode: { prefix: "MODE_", choices: ["f32", "bf16x3", "bf16"] },
  LossKind: { prefix: "LOSS_", choices: ["cross-entropy", "surrogate", "coefficients"] },
  ModelVector: { prefix: "", choices: ["parameters", "firstMoments", "secondMoments", "gradients"] },
  Status: { prefix: "", choices: ["ok", "out of memory", "cancelled", "non-finite"] }
} as const
type Enumeration = keyof typeof enumerations
export type Choice<E extends Enumeration> = (typeof enumerations)[E]["choices"][number]

/**
 * Of each field its C type and, where its name does not say enough, its meaning. A `const` pointer is an array that C reads,
 * another pointer one that it writes. `?`: it may be absent, and then C sees 0 or NULL, as it does for an empty array.
 */
export const structs = {
  /** TokenLoss of Engine.ts, or coefficients from outside. Arrays span the whole batch. */
  Loss: {
    kind: ["LossKind"],
    inverseTemperature: ["float"],
    weights: ["const float *?", "cross-entropy: NULL for the uniform weight"],
    uniformWeight: ["double?", "of every target"],
    advantages: ["const float *?", "surrogate"],
    oldLogProbs: ["const float *?", "surrogate; NULL: those of this very pass, so that r is 1"],
    refLogProbs: ["const float *?", "surrogate with kl_coefficient"],
    returns: ["const float *?", "surrogate with value_coefficient"],
    oldValues: ["const float *?", "surrogate with value_clip"],
    clipLow: ["double?"],
    clipHigh: ["double?"],
    dualClip: ["double?", "0: none"],
    klCoefficient: ["double?"],
    entropyCoefficient: ["double?"],
    valueClip: ["double?", "0: none"],
    valueCoefficient: ["double?"],
    dLogProb: ["const float *?", "coefficients: dL/dlogp"],
    dEntropy: ["const float *?", "coefficients: dL/dH"],
    dValue: ["const float *?", "coefficients: dL/dV"]
  },
  AdamW: {
    learningRate: ["double"],
    beta1: ["double"],
    beta2: ["double"],
    epsilon: ["double"],
    weightDecay: ["double"],
    clipNorm: ["double?", "0: no clipping"],
    step: ["int", "from 1"]
  },
  Sampling: {
    temperature: ["float", "0: greedy"],
    topK: ["size_t?", "0: all"],
    topP: ["float", "1: all"]
  },
  CreateRequest: {
    mode: ["Mode"],
    vocabulary: ["size_t"],
    width: ["size_t"],
    layers: ["size_t"],
    heads: ["size_t"],
    hidden: ["size_t"],
    context: ["size_t"],
    tied: ["bool"],
    valueHead: ["bool"]
  },
  ReadRequest: {
    which: ["ModelVector"],
    flat: ["float *"]
  },
  WriteRequest: {
    which: ["ModelVector", "not the gradients"],
    flat: ["const float *"]
  },
  ScoreRequest: {
    threads: ["int"],
    tokens: ["const int32_t *"],
    offsets: ["const int32_t *", "[documents + 1]"],
    documents: ["size_t"],
    inverseTemperature: ["float"],
    logProbs: ["float *?", "[tokens]; NULL: values alone are wanted"],
    entropies: ["float *?", "[tokens]"],
    values: ["float *?", "[tokens]"]
  },
  GradientRequest: {
    threads: ["int"],
    tokens: ["const int32_t *"],
    offsets: ["const int32_t *", "[documents + 1]"],
    documents: ["size_t"],
    loss: ["Loss"],
    total: ["double *", "one number: the loss"],
    logProbs: ["float *?", "[tokens]"],
    entropies: ["float *?", "[tokens]"]
  },
  TangentRequest: {
    threads: ["int"],
    tokens: ["const int32_t *"],
    offsets: ["const int32_t *", "[documents + 1]"],
    documents: ["size_t"],
    inverseTemperature: ["float"],
    direction: ["const float *", "[parameters], flat"],
    logProbs: ["float *", "[tokens]"],
    tangents: ["float *", "[tokens]"]
  },
  SketchRequest: {
    threads: ["int"],
    tokens: ["const int32_t *"],
    offsets: ["const int32_t *", "[documents + 1]"],
    documents: ["size_t"],
    seed: ["uint32_t"],
    rows: ["size_t"],
    columns: ["size_t"],
    sketches: ["float *", "[documents, rows columns]"]
  },
  UpdateRequest: {
    threads: ["int"],
    options: ["AdamW"],
    norm: ["double *", "one number: the gradient norm before clipping"]
  },
  GenerateRequest: {
    threads: ["int"],
    promptTokens: ["const int32_t *"],
    promptOffsets: ["const int32_t *", "[prompts + 1]"],
    prompts: ["size_t"],
    samples: ["size_t", "per prompt; rows = prompts samples"],
    maxNewTokens: ["size_t"],
    sampling: ["Sampling"],
    stop: ["const int32_t *", "[stops]"],
    stops: ["size_t"],
    seed: ["uint32_t"],
    streams: ["const uint32_t *", "[rows]"],
    tokens: ["int32_t *", "[rows, max_new_tokens]"],
    logProbs: ["float *", "[rows, max_new_tokens]"],
    lengths: ["int32_t *", "[rows]"],
    stopped: ["uint8_t *", "[rows]"]
  }
} as const
export type StructName = keyof typeof structs

/** Calls that compute, `int engine_<name>(void *model, const <struct> *request)`: what each is given. They return a Status. */
export const calls = {
  read: "ReadRequest",
  write: "WriteRequest",
  score: "ScoreRequest",
  gradient: "GradientRequest",
  tangent: "TangentRequest",
  sketch: "SketchRequest",
  update: "UpdateRequest",
  generate: "GenerateRequest"
} as const
export type CallName = keyof typeof calls

interface Arrays {
  readonly float: Float32Array
  readonly double: Float64Array
  readonly int32_t: Int32Array
  readonly uint32_t: Uint32Array
  readonly uint8_t: Uint8Array
}
type Value<Type> = Type extends `${infer Present}?`
  ? Value<Present>
  : Type extends StructName
    ? Values<Type>
    : Type extends Enumeration
      ? Choice<Type>
      : Type extends `const ${infer Element extends keyof Arrays} *`
        ? Arrays[Element]
        : Type extends `${infer Element extends keyof Arrays} *`
          ? Arrays[Element]
          : Type extends "bool"
            ? boolean
            : number

type Fields<S extends StructName> = (typeof structs)[S]
type TypeOf<S extends StructName, F extends keyof Fields<S>> = Fields<S>[F] extends readonly [infer Type, ...unknown[]]
  ? Type
  : never
type OptionalField<S extends StructName> = {
  [F in keyof Fields<S>]: TypeOf<S, F> extends `${string}?` ? F : never
}[keyof Fields<S>]

/** The values of a struct's fields. */
export type Values<S extends StructName> = {
  readonly [F in Exclude<keyof Fields<S>, OptionalField<S>>]: Value<TypeOf<S, F>>
} & {
  readonly [F in OptionalField<S>]?: Value<TypeOf<S, F>> | undefined
}

const SLOT_BYTES = 8

const isStruct = (type: string): type is StructName => Object.hasOwn(structs, type)
const isEnumeration = (type: string): type is Enumeration => Object.hasOwn(enumerations, type)

/** Slots that a struct takes, with those of the structs in it. */
export const slotCount = (struct: StructName): number =>
  Object.values(structs[struct]).reduce((sum, [type]) => sum + (isStruct(type) ? slotCount(type) : 1), 0)

/** Where an array lies for C, given whether C writes it. */
export type AddressOf = (array: ArrayBufferView, written: boolean) => number | bigint

/** What a C type of whole numbers holds; `size_t` is that of WebAssembly, the narrower one. */
const ranges: Readonly<Record<string, readonly [least: number, most: number]>> = {
  int: [-(2 ** 31), 2 ** 31 - 1],
  uint32_t: [0, 2 ** 32 - 1],
  size_t: [0, 2 ** 32 - 1],
  bool: [0, 1]
}

/** A number as C will read it. Throws a `RangeError` where C would read another one. */
const wholeNumber = (type: string, field: string, value: unknown): bigint => {
  if (isEnumeration(type)) return BigInt(enumerations[type].choices.findIndex((choice) => choice === value))
  const number = Number(value ?? 0)
  const [least, most] = ranges[type]!
  if (Number.isInteger(number) && number >= least && number <= most) return BigInt(number)
  throw new RangeError(`${field} is ${number}; the engine takes whole numbers from ${least} to ${most}`)
}

/** A number that single precision rounds, but does not make 0 or infinite. Throws a `RangeError` for one that it does. */
const single = (field: string, value: unknown): number => {
  const number = Number(value ?? 0)
  const rounded = Math.fround(number)
  if (rounded === number || (rounded !== 0 && Number.isFinite(rounded)) || Number.isNaN(number)) return rounded
  throw new RangeError(`${field} is ${number}, which is ${rounded} in the engine's single precision`)
}

/**
 * Fills the slots from byte `at` on; returns where the next struct would start. Little-endian, as all machines are that this runs
 * on.
 */
const fill = (
  view: DataView,
  at: number,
  struct: StructName,
  values: Readonly<Record<string, unknown>>,
  addressOf: AddressOf
): number => {
  for (const [field, [described]] of Object.entries<readonly [type: string, meaning?: string]>(structs[struct])) {
    const type = described.replace("?", "")
    const value = values[field]
    if (isStruct(type)) {
      at = fill(view, at, type, value as Readonly<Record<string, unknown>>, addressOf)
      continue
    }
    if (type.endsWith("*")) {
      const array = value as ArrayBufferView | undefined
      const none = array === undefined || array.byteLength === 0
      view.setBigUint64(at, none ? 0n : BigInt(addressOf(array, !type.startsWith("const "))), true)
    } else if (type === "double") view.setFloat64(at, Number(value ?? 0), true)
    else if (type === "float") view.setFloat32(at, single(field, value), true)
    else view.setBigInt64(at, wholeNumber(type, field, value), true)
    at += SLOT_BYTES
  }
  return at
}

/** The bytes of a struct. Arrays are not in it, only their addresses: they must stay where they are as long as C uses it. */
export const encode = <S extends StructName>(struct: S, values: Values<S>, addressOf: AddressOf): Uint8Array => {
  const bytes = new Uint8Array(SLOT_BYTES * slotCount(struct))
  fill(new DataView(bytes.buffer), 0, struct, values, addressOf)
  return bytes
}
