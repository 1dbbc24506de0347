import { machineIsas } from "../../src/engine/cpu.ts"
import { layer } from "../../src/engine/native/NativeEngine.ts"
import { conformance } from "./conformance.ts"

/** f32 on every instruction set of this machine; AMX has the same f32 code as AVX-512. */
for (const isa of machineIsas().filter((isa) => isa !== "amx"))
  conformance(`native f32, ${isa}`, layer({ mode: "f32", isa, numericsClass: "test", threads: 2 }))
