/**
 * Whether WebAssembly's relaxed multiply-add rounds once here. The standard lets an engine round once or twice; V8 rounds
 * once where the processor has an instruction for it. Tried with products that tell the two apart.
 */

/** (f32, f32, f32) -> f32: lane 0 of `f32x4.relaxed_madd` of the three. */
const program = Buffer.from(
  "0061736d0100000001080160037d7d7d017d03020100070501016600000a160114002000fd132001fd132002fd13fd8502fd1f000b",
  "hex"
)

/** a b + c is what is left of the product beyond a float: 0 where it was rounded before. */
const TRIPLES: ReadonlyArray<readonly [number, number, number]> = [
  [1 + 2 ** -23, 1 - 2 ** -23, -1],
  [1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)],
  [3 + 2 ** -22, 1 / 3 + 2 ** -25, -1],
  [-(1 + 2 ** -20), 1 + 2 ** -20, 1 + 2 ** -19]
]

let known: boolean | undefined

/** Whether a product and a sum are rounded once; false as well where this Node knows no such instruction. */
export const roundsOnce = (): boolean => (known ??= tried())

const tried = (): boolean => {
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(program)) return false
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program), {})
  const relaxed = exports["f"] as (a: number, b: number, c: number) => number
  // Products of floats are exact in double precision, and these sums are too.
  return TRIPLES.every(([a, b, c]) => {
    const [x, y, z] = [Math.fround(a), Math.fround(b), Math.fround(c)]
    return relaxed(x, y, z) === Math.fround(x * y + z)
  })
}
