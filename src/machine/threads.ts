/** How threads of this process are started, so that they load TypeScript as it does. */

/** Arguments of Node for a thread: the hooks of this process are not its own. */
export const THREAD_ARGUMENTS: Array<string> = [
  "--disable-warning=ExperimentalWarning",
  "--import",
  new URL("../../bin/typescript.mjs", import.meta.url).href
]
