/**
 * Environment variables. One that is set to nothing is as one that is not set: that is how a shell's `NAME= command` is meant,
 * and how a container's template leaves those that it has no value for. So the environment is read in this file only.
 */

/** The variables of this process, or those that a caller gives in their place. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The value of a variable; undefined where it is not set or empty. */
export const readVariable = (name: string, environment: Environment = process.env): string | undefined => {
  const value = environment[name]
  return value === "" ? undefined : value
}

/** The value of a variable that is meant for this process and not for those that it starts. */
export const takeVariable = (name: string): string | undefined => {
  const value = readVariable(name)
  delete process.env[name]
  return value
}

/** Sets a variable for this process and the children it starts. */
export const setVariable = (name: string, value: string): void => void (process.env[name] = value)

/** Sets a variable that has no value yet. */
export const setDefault = (name: string, value: string): void => {
  if (readVariable(name) === undefined) setVariable(name, value)
}

/** All variables, for a program that is started, with some set otherwise. */
export const environmentWith = (changed: Environment): Environment => ({ ...process.env, ...changed })

/** The variables by which this program is set, for one that is started with nothing else of ours. */
export const ownVariables = (environment: Environment = process.env): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      /^ECHO_CHAMBER_[A-Z_]+$/.test(name) && name !== "ECHO_CHAMBER_LAUNCHER" && value !== undefined && value !== ""
        ? [[name, value] as const]
        : []
    )
  )

/** All variables but those with such names. */
export const environmentWithout = (names: RegExp): Environment =>
  Object.fromEntries(Object.entries({ ...process.env }).filter(([name]) => !names.test(name)))
