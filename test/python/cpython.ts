/** CPython as an oracle: runs programs in one `python3`, if the machine has one, and tells what each printed and raised. */

import { execFileSync } from "node:child_process"

export interface Observed {
  readonly output: string
  /** Exception type, message and innermost line; null where the program ran through. */
  readonly error: readonly [kind: string, message: string, line: number | null] | null
}

const runner = `
import contextlib, io, json, signal, sys, traceback
for request in sys.stdin:
    source = json.loads(request)
    out = io.StringIO()
    error = None
    signal.setitimer(signal.ITIMER_PROF, 10)
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
    except SyntaxError as e:
        error = [type(e).__name__, e.msg, e.lineno]
    except BaseException as e:
        lines = [f.lineno for f in traceback.extract_tb(e.__traceback__) if f.filename == "<program>"]
        error = [type(e).__name__, str(e), lines[-1] if lines else None]
    print(json.dumps([out.getvalue(), error]))
`

/** Version as in "3.11"; null where there is no python3. */
export const cpythonVersion = (): string | null => {
  try {
    const script = "import sys; print('%d.%d' % sys.version_info[:2])"
    return execFileSync("python3", ["-I", "-c", script], { encoding: "utf8" }).trim()
  } catch {
    return null
  }
}

/** What CPython does with each program, in order. */
export const runCPython = (programs: ReadonlyArray<string>): ReadonlyArray<Observed> => {
  const input = programs.map((source) => JSON.stringify(source)).join("\n")
  const options = {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    env: { PYTHONHASHSEED: "0", PATH: process.env["PATH"] }
  } as const
  const lines = execFileSync("python3", ["-I", "-W", "ignore", "-c", runner], options).trimEnd().split("\n")
  return lines.map((line) => {
    const [output, error] = JSON.parse(line) as [string, Observed["error"]]
    return { output, error }
  })
}
