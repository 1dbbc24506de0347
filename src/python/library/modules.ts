/** What `import` finds: math, a little of datetime, and names of typing that stand in annotations. Nothing of the host. */

import { raised } from "../values/exceptions.ts"
import { PyModule, PyType, type PyValue } from "../values/objects.ts"
import { datetimeModule } from "./datetime-module.ts"
import { mathModule } from "./math-module.ts"

const typingNames = "Any Callable Dict FrozenSet Iterable Iterator List Optional Sequence Set Tuple Union"

const typingModule = new PyModule("typing", new Map(typingNames.split(" ").map((name) => [name, new PyType(`typing.${name}`)])))

const modules: ReadonlyMap<string, PyModule> = new Map([
  ["math", mathModule],
  ["datetime", datetimeModule],
  ["typing", typingModule]
])

/** `import name`. Throws ImportError for every module that is not here. */
export const importModule = (name: string): PyModule => {
  const module = modules.get(name)
  if (module === undefined) throw raised("ImportError", `No module named '${name}'`)
  return module
}

/** `from module import name`. */
export const importName = (module: string, name: string): PyValue => {
  const value = importModule(module).members.get(name)
  if (value === undefined) throw raised("ImportError", `cannot import name '${name}' from '${module}'`)
  return value
}

/** The names of `from module import *`; none where there is no such module. */
export const importAll = (module: string): ReadonlyMap<string, PyValue> => modules.get(module)?.members ?? new Map()
