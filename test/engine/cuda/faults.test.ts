/** Faults planted in the kernels are caught on a simulated GPU, and the kernels as they are have none. */

import { describe, expect, it } from "vitest"

import { DriverFailed } from "../../../src/engine/cuda/driver.ts"
import { layernormBackward, layernormForward, planOfDepth } from "../../../src/engine/cuda/kernels.ts"
import { formula, multiply, operandsOf } from "./products.ts"
import { numbers, ORDERS, PATIENCE, simulate, simulated, toBf16, upload } from "./simulation.ts"

/** Two tiles, the ring of copies more than once around, and k in three parts. */
const shape = { form: "tn", m: 136, n: 8, k: 600 } as const
const operands = operandsOf(shape)
const plan = planOfDepth(shape, 224)
const expected = simulated ? formula(operands, { plan }) : undefined

/** What a run of the product gives: "right", "wrong", or what the checks say. */
const outcome = (gpu: ReturnType<typeof simulate>, order: number): string => {
  gpu.setOrder(order)
  try {
    const c = multiply(gpu.open(), operands, { plan })
    return c.every((value, i) => Object.is(value, expected![i])) ? "right" : "wrong"
  } catch (error) {
    if (error instanceof DriverFailed) return gpu.report()
    throw error
  }
}

const planted = {
  PLANT_NO_BARRIER_IN_RING: /^product_tn_f32: (race in shared memory|copy under way): /,
  PLANT_NO_BARRIER_AFTER_COUNT: /^product_tn_f32: race in shared memory: .* no barrier is between them/,
  PLANT_NO_COPY_WAIT: /^product_tn_f32: copy under way: /,
  PLANT_NO_FENCE: /^product_tn_f32: race in device memory: .* no fence with a counter is between them/
}

describe.skipIf(!simulated)(
  "on a simulated GPU that checks every access (skipped without a C++ compiler)",
  { timeout: PATIENCE },
  () => {
    const options = { checked: true } as const

    it("the product has no race in any order of threads", () => {
      const gpu = simulate(options)
      expect(ORDERS.map((order) => outcome(gpu, order))).toEqual(ORDERS.map(() => "right"))
    })

    it("nor have the other products and layernorm", () => {
      const gpu = simulate(options)
      for (const order of [0, 2]) {
        gpu.setOrder(order)
        for (const form of ["nt", "nn"] as const) {
          const some = operandsOf({ form, m: 24, n: 40, k: 264 })
          expect(multiply(gpu.open(), some)).toEqual(formula(some))
          multiply(gpu.open(), some, { kind: "bf16" })
        }
        const device = gpu.open()
        const [rows, width, stride] = [9, 37, 48]
        const x = numbers(rows * stride, 1)
        const memory = { x: upload(device, x), rstd: device.allocate(4 * rows), dx: upload(device, x) }
        for (const activation of ["f32", "bf16"] as const) {
          const kept = activation === "f32" ? x : toBf16(x)
          const own = { ...memory, y: upload(device, kept), dy: upload(device, kept), rows, width, stride }
          layernormForward(device, activation, own)
          layernormBackward(device, activation, own)
        }
        device.synchronize()
      }
    })

    for (const [fault, said] of Object.entries(planted))
      it(`${fault} is caught in every order of threads`, () => {
        const gpu = simulate({ ...options, defines: [fault] })
        for (const order of ORDERS) expect(outcome(gpu, order), `order ${order}`).toMatch(said)
      })
  }
)

describe.skipIf(!simulated)("without the checks (skipped without a C++ compiler)", { timeout: PATIENCE }, () => {
  it("a copy that is not waited for gives wrong numbers, since copies land late and the memory is full of NaN", () => {
    const gpu = simulate({ defines: ["PLANT_NO_COPY_WAIT"] })
    for (const order of ORDERS) expect(outcome(gpu, order)).toMatch(/^wrong$|ends while a copy of its own is under way$/)
  })
})
