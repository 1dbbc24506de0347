/** The native engine against the reference values, in every mode and instruction set of this machine. */

import { describe } from "vitest"

import { isaFor, machineIsas } from "../../../src/engine/cpu.ts"
import { layer } from "../../../src/engine/native/NativeEngine.ts"
import { conformance, f32Tolerances, type Tolerances } from "../conformance.ts"

/** bf16x3 keeps about 16 bits of each product's operands, bf16 keeps 8. */
const split: Tolerances = { scores: 3e-4, loss: 3e-4, gradient: 5e-4, wholeGradient: 3.5e-5, updates: 2e-3, fine: true }
const half: Tolerances = { scores: 0.15, loss: 0.1, gradient: 0.2, wholeGradient: 2e-2, updates: 0.1, fine: false }

/** f32 on every instruction set of this machine; those with a unit for bf16 have the same f32 code as AVX-512. */
for (const isa of machineIsas().filter((isa) => isaFor("bf16", [isa]) === undefined))
  conformance(`native f32, ${isa}`, layer({ mode: "f32", isa, numericsClass: "test", threads: 2 }), f32Tolerances)

describe.skipIf(!machineIsas().includes("amx"))("on AMX", () => {
  conformance("native bf16x3", layer({ mode: "bf16x3", isa: "amx", numericsClass: "test", threads: 2 }), split)
  conformance("native bf16", layer({ mode: "bf16", isa: "amx", numericsClass: "test", threads: 2 }), half)
})

describe.skipIf(!machineIsas().includes("avx512bf16"))("with AVX512-BF16", () => {
  conformance("native bf16", layer({ mode: "bf16", isa: "avx512bf16", numericsClass: "test", threads: 2 }), half)
})
