/**
 * Who may ask the server anything. It listens on the loopback address only, but so may any program of the machine and, through
 * the browser, any page that the user opens. So a request must name this server as its host (a name of someone else's that was
 * made to mean 127.0.0.1 is not ours), must not come from another page, and must bring the cookie that the token in the printed
 * address is exchanged for.
 */

import { randomBytes, timingSafeEqual } from "node:crypto"

/** What opens the server: the token goes into the printed address, the session into the cookie. */
export interface Keys {
  readonly token: string
  readonly session: string
}

export const newKeys = (): Keys => {
  const secret = () => randomBytes(24).toString("base64url")
  return { token: secret(), session: secret() }
}

/** What of a request says who asks. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly token: string | null
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly cookie: string | undefined
}

/** `pass`: it is answered; `enter`: the token is exchanged for the cookie; else why not. */
export type Verdict =
  | { readonly let: "pass" | "enter" }
  | { readonly let: "refuse"; readonly status: number; readonly why: string }

/** Cookies belong to a host whatever its port: each server has a name of its own, or two would undo each other. */
export const cookieName = (port: number): string => `echo-chamber-${port}`

const refuse = (status: number, why: string): Verdict => ({ let: "refuse", status, why })

/** Whether, and as what, a request is let in. */
export const judge = (asked: Asked, keys: Keys, port: number): Verdict => {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (asked.host === undefined || !hosts.includes(asked.host))
    return refuse(421, "This server answers only to the address that pipeline ui printed.")
  if (asked.origin !== undefined && !hosts.some((host) => asked.origin === `http://${host}`))
    return refuse(403, "Another page asked for this.")
  const reads = asked.method === "GET" || asked.method === "HEAD"
  if (!reads && !(asked.method === "POST" && asked.path === "/api/sql"))
    return refuse(405, "This server only shows a store: nothing can be changed through it.")
  if (asked.token !== null && asked.path === "/" && reads)
    return same(asked.token, keys.token)
      ? { let: "enter" }
      : refuse(403, "This address is of a server that has ended. Open the one that pipeline ui printed last.")
  return same(cookieIn(asked.cookie ?? "", cookieName(port)), keys.session)
    ? { let: "pass" }
    : refuse(403, "Open the address that pipeline ui printed, with its token, in this browser.")
}

/** The value of a cookie; empty where there is none. */
const cookieIn = (header: string, name: string): string =>
  header
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? ""

/** In a time that tells nothing of where they differ. */
const same = (given: string, right: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** What every answer says of itself to the browser. Nothing is loaded from anywhere but here, and nothing is kept. */
export const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store"
}

/** A report is a page of its own, with its styles inside; it runs no scripts, and lies in a store that may be someone else's. */
export const REPORT_HEADERS: Readonly<Record<string, string>> = {
  ...HEADERS,
  "content-security-policy":
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
