/** The wasm engine against the reference values. */

import { layer } from "../../../src/engine/wasm/WasmEngine.ts"
import { conformance, f32Tolerances } from "../conformance.ts"

conformance("wasm f32", layer({ numericsClass: "test", threads: 2 }), f32Tolerances)
