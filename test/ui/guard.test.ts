/** Who is let in, as a function of what a request says of itself. */

import { describe, expect, it } from "vitest"

import { type Asked, judge } from "../../src/ui/guard.ts"

const keys = { token: "t".repeat(32), session: "s".repeat(32) }
const right: Asked = {
  method: "GET",
  path: "/",
  token: null,
  host: "127.0.0.1:80",
  origin: undefined,
  cookie: `other=1; echo-chamber-80=${keys.session}`
}
const verdict = (changes: Partial<Asked>) => {
  const judged = judge({ ...right, ...changes }, keys, 80)
  return judged.let === "refuse" ? judged.status : judged.let
}

describe("a request", () => {
  it("with the cookie passes, by either name of this machine, from this page or none", () => {
    const hosts = ["127.0.0.1:80", "localhost:80"]
    expect(hosts.map((host) => verdict({ host, origin: `http://${host}` }))).toEqual(["pass", "pass"])
    expect(verdict({})).toBe("pass")
    expect(verdict({ method: "POST", path: "/api/sql" })).toBe("pass")
  })

  it("with the token enters, and only at the front", () => {
    expect(verdict({ token: keys.token, cookie: undefined })).toBe("enter")
    expect(verdict({ token: keys.token, cookie: undefined, path: "/api/runs" })).toBe(403)
  })

  it("with a wrong or no secret is refused, another server's cookie among them", () => {
    const cookies = [undefined, "", "echo-chamber-80=", `echo-chamber-81=${keys.session}`, `echo-chamber-80=${keys.token}`]
    expect(cookies.map((cookie) => verdict({ cookie }))).toEqual([403, 403, 403, 403, 403])
    expect(verdict({ token: keys.session })).toBe(403)
  })

  it("to a name that only resolves to this machine is refused, and one without a host", () => {
    const hosts = ["rebound.example:80", "127.0.0.1", "127.0.0.1:81", "127.0.0.1:80.rebound.example", undefined]
    expect(hosts.map((host) => verdict({ host }))).toEqual([421, 421, 421, 421, 421])
  })

  it("of another page is refused, whatever it brings", () => {
    expect(["https://other.example", "null", "http://127.0.0.1:81"].map((origin) => verdict({ origin }))).toEqual([403, 403, 403])
  })

  it("that would change something is refused", () => {
    expect(["PUT", "DELETE", "PATCH", "POST", "OPTIONS"].map((method) => verdict({ method }))).toEqual([405, 405, 405, 405, 405])
    expect(verdict({ method: "POST", path: "/", token: keys.token })).toBe(405)
  })
})
