/** What is done about an action on a cluster, sight by sight. */

import { describe, expect, test } from "vitest"

import { decide, isQuestionable, type Listed, type Sight } from "../../src/cluster/decide.ts"

const patience = { visible: 60_000, failures: 3 }
const absent: Listed = { at: "absent" }
const listed = (state: string, reason = "None", node = ""): Listed => ({ at: "listed", state, reason, node })
const failed = { type: "failed", problem: "loss is NaN", badInput: false, at: [] } as const

const sight = (some: Partial<Sight>): Sight => ({
  recorded: false,
  ending: null,
  listed: absent,
  ran: true,
  overMemory: false,
  over: 61_000,
  advanced: false,
  failures: 0,
  enlarged: 0,
  ...some
})

describe("what is done about an action on a cluster", () => {
  test.each([
    ["its record is there, whatever the scheduler says", { recorded: true, listed: listed("RUNNING") }, "take"],
    ["its record is there and its task failed", { recorded: true, ending: failed }, "take"],
    ["it runs", { listed: listed("RUNNING") }, "wait"],
    ["it waits", { listed: listed("PENDING", "Resources") }, "wait"],
    ["it is held by a person", { listed: listed("PENDING", "JobHeldUser") }, "wait"],
    ["its state is a word that nobody knows", { listed: listed("SIGNALING") }, "wait"],
    ["the controller does not answer", { listed: { at: "unreachable" } }, "wait"],
    ["the stage failed", { ending: failed, listed: listed("RUNNING") }, "fail"],
    ["it has just gone from the list", { over: 10_000 }, "wait"],
    ["it has been gone from the list for a minute", {}, "again"],
    ["it is over and its result may not be seen yet", { listed: listed("COMPLETED"), over: 10_000 }, "wait"],
    ["it said that it was done and its result is not seen yet", { ending: { type: "done", computed: true }, over: 1000 }, "wait"],
    ["it said that it was done and nothing is there", { ending: { type: "done", computed: true } }, "again"],
    [
      "it was preempted and has saved its state",
      { ending: { type: "stopped", step: 4 }, listed: listed("PREEMPTED"), over: 0 },
      "again"
    ],
    [
      "it was preempted and the scheduler starts it again",
      { ending: { type: "stopped", step: 4 }, listed: listed("PENDING") },
      "wait"
    ],
    ["a person cancelled it while it ran", { ending: { type: "stopped", step: 4 }, listed: listed("CANCELLED") }, "stop"],
    ["it was cancelled, without a word", { listed: listed("CANCELLED") }, "stop"],
    ["it was cancelled before it began", { listed: listed("CANCELLED"), ran: false }, "again"],
    ["another process is at it", { ending: { type: "busy", host: "n2", pid: 4 } }, "yield"],
    ["another process has taken it over", { ending: { type: "overtaken" } }, "yield"],
    ["it found another at work and is not over yet", { ending: { type: "overtaken" }, listed: listed("COMPLETING") }, "wait"],
    ["it can never be started", { listed: listed("PENDING", "BadConstraints") }, "fail"],
    ["the scheduler gave it up", { listed: listed("PENDING", "launch failed requeued held") }, "again"],
    ["it has been given up often", { listed: listed("FAILED"), failures: 3 }, "fail"],
    ["it has been stopped often and gets further each time", { listed: listed("TIMEOUT"), failures: 3, advanced: true }, "again"]
  ] as const)("%s", (_, some, expected) => {
    expect(decide(sight(some), patience).do).toBe(expected)
  })

  test("a time limit counts as no failure while steps are saved", () => {
    expect(decide(sight({ listed: listed("TIMEOUT"), advanced: true }), patience)).toMatchObject({ do: "again", counts: false })
    expect(decide(sight({ listed: listed("TIMEOUT") }), patience)).toMatchObject({ do: "again", counts: true })
  })

  test("a lost node is left out the next time", () => {
    expect(decide(sight({ listed: listed("NODE_FAIL", "None", "n7") }), patience)).toMatchObject({ do: "again", avoid: "n7" })
  })

  test("too little memory is answered with more, twice", () => {
    expect(decide(sight({ listed: listed("OUT_OF_MEMORY") }), patience)).toMatchObject({ do: "again", moreMemory: true })
    const said = decide(sight({ listed: listed("FAILED"), overMemory: true }), patience)
    expect(said).toMatchObject({ do: "again", moreMemory: true })
    const third = decide(sight({ listed: listed("OUT_OF_MEMORY"), enlarged: 2 }), patience)
    expect(third).toMatchObject({ do: "fail" })
    expect("because" in third && third.because).toContain("2.25 times as much")
  })

  test("only what may call for something is looked into", () => {
    expect(isQuestionable(listed("PENDING", "Priority"))).toBe(false)
    expect(isQuestionable(listed("RUNNING"))).toBe(false)
    expect(isQuestionable(listed("PENDING", "BadConstraints"))).toBe(true)
    expect(isQuestionable(absent)).toBe(true)
  })
})
