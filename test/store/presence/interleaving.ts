/**
 * A made-up world for protocols between processes: hosts whose clocks are far apart, processes that take their steps in an order
 * that a seed decides, are stopped and go on, or are killed, at any step. The folder that they share is a real one.
 */

import type { Machine, ProcessIdentity } from "../../../src/store/presence/machine.ts"
import type { Presence } from "../../../src/store/presence/Presence.ts"
import type { Steps } from "../../../src/store/presence/steps.ts"

const SILENCE = 180_000

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const chances = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Actor {
  readonly name: string
  readonly machine: Machine
  /** Whose beats are to be written while it goes on. */
  readonly presences: Set<Presence>
  state: "going" | "stopped" | "killed" | "ended"
  /** Whether it was once stopped for so long that others may have given it up. */
  wasSilent: boolean
  result: unknown
}

interface Playing extends Actor {
  readonly steps: Steps<unknown>
  next: number
  until: number
  beaten: number
}

export const world = (seed: number) => {
  const chance = chances(seed)
  const actors: Array<Playing> = []
  let time = 0
  const identity = (host: string, pid: number): ProcessIdentity => ({
    pid,
    started: "1",
    host: "box",
    boot: host,
    namespace: "one"
  })
  const fate = (host: string, other: ProcessIdentity) => {
    if (other.boot !== host) return "unknown"
    const actor = actors.find(({ machine }) => machine.self.pid === other.pid)
    return actor === undefined || actor.state === "killed" || actor.state === "ended" ? "dead" : "running"
  }

  /** Adds a process to the world, on a host. */
  const add = (name: string, host: string, play: (self: Actor) => Steps<unknown>): Actor => {
    const machine: Machine = {
      self: identity(host, actors.length + 10),
      // Clocks mean nothing to each other, and one of them was set back.
      now: () => (host === "a" ? time : time - 9_000_000),
      fate: (other) => fate(host, other),
      silence: SILENCE
    }
    const actor: Playing = {
      name,
      machine,
      presences: new Set(),
      state: "going",
      wasSilent: false,
      result: undefined,
      next: 0,
      until: 0,
      beaten: 0,
      // Replaced at once: a generator needs its actor.
      steps: undefined as never
    }
    Object.assign(actor, { steps: play(actor) })
    actors.push(actor)
    return actor
  }

  const beat = (actor: Playing) => {
    if (time - actor.beaten < SILENCE / 6) return
    actor.beaten = time
    for (const presence of actor.presences) presence.beat()
  }

  const step = (actor: Playing) => {
    const { done, value } = actor.steps.next()
    if (done === true) {
      actor.state = "ended"
      actor.result = value
    } else actor.next = time + (value as number)
  }

  /** Plays until every process has ended or was killed. `look` is called after every step. Throws when that takes for ever. */
  const play = (options: { readonly kills: number; readonly stops: number; readonly look: () => void }): void => {
    let { kills, stops } = options
    for (let turn = 0; actors.some(({ state }) => state === "going" || state === "stopped"); turn++) {
      if (turn > 50_000) throw new Error(`seed ${seed}: waits for ever: ${actors.map((a) => `${a.name} ${a.state}`).join(", ")}`)
      for (const actor of actors) if (actor.state === "stopped" && actor.until <= time) actor.state = "going"
      const going = actors.filter(({ state }) => state === "going")
      for (const actor of going) beat(actor)
      const ready = going.filter(({ next }) => next <= time)
      if (ready.length === 0) {
        const times = actors.flatMap(({ state, next, until }) => (state === "going" ? next : state === "stopped" ? until : []))
        // Beats do not wait for anyone.
        time = Math.min(Math.max(time + 1, Math.min(...times)), time + SILENCE / 6)
        continue
      }
      const actor = ready[Math.floor(chance() * ready.length)]!
      const what = chance()
      if (kills > 0 && what < 0.01) {
        kills--
        actor.state = "killed"
      } else if (stops > 0 && what < 0.04) {
        stops--
        actor.state = "stopped"
        const long = chance() < 0.7
        actor.until = time + (long ? SILENCE * (1.5 + 2 * chance()) : SILENCE * 0.4 * chance())
        if (long) actor.wasSilent = true
      } else step(actor)
      options.look()
    }
  }
  return { chance, add, play, actors: actors as ReadonlyArray<Actor> }
}
