/** The prompt line without a terminal: what is done about what happens. */

import { describe, expect, it } from "vitest"

import { completing, type Deed, firstState, type LineEvent, promptOf, step } from "../../../src/cli/sampling/prompt-line.ts"
import { DEFAULTS } from "../../../src/cli/sampling/settings.ts"

const choices = { formats: ["omi1", "omi2"], steps: [10, 20] }
const line = (text: string): LineEvent => ({ type: "line", text })
const interrupt: LineEvent = { type: "interrupt", typed: false }
const answered: LineEvent = { type: "answered" }
const end: LineEvent = { type: "end" }

/** What comes of these events: every deed after each, and the state at the end. */
const after = (events: ReadonlyArray<LineEvent>) => {
  let state = firstState(DEFAULTS)
  const deeds: Array<ReadonlyArray<Deed>> = []
  for (const event of events) {
    const next = step(state, event, choices)
    state = next.state
    deeds.push(next.deeds)
  }
  return { state, deeds, last: deeds.at(-1)! }
}
const kinds = (deeds: ReadonlyArray<Deed>) => deeds.map(({ type }) => type)
const said = (deeds: ReadonlyArray<Deed>) => deeds.flatMap((deed) => (deed.type === "say" ? [deed.text] : [])).join("\n")

describe("a TAB", () => {
  it("completes commands, formats and steps, and no question", () => {
    const offered = (typed: string) => completing(typed, choices).words
    expect(offered("/fo")).toEqual(["/force "])
    expect(offered("/")).toEqual(expect.arrayContaining(["/force ", "/step ", "/help", "/quit"]))
    expect(completing("/force omi", choices)).toEqual({ words: ["omi1", "omi2"], word: "omi" })
    expect(offered("/step 2")).toEqual(["20"])
    for (const none of ["/step 3", "/temperature ", "/no", "How m", "", "/force omi1 o"]) expect(offered(none)).toEqual([])
  })
})

describe("a line", () => {
  it("is asked under the settings of the moment, and the next one awaited when it is answered", () => {
    const { deeds } = after([line("  Who ?  "), answered])
    expect(deeds).toEqual([[{ type: "ask", question: "Who ?", settings: DEFAULTS }], [{ type: "prompt" }]])
  })

  it("that is empty asks nothing", () => {
    expect(after([line("   ")]).last).toEqual([{ type: "prompt" }])
  })

  it("that comes while another is answered waits for its turn, commands among them", () => {
    const { deeds } = after([line("one"), line("/n 3"), line("two"), line("three"), answered, answered])
    expect(deeds.slice(1, 4)).toEqual([[], [], []])
    expect(deeds[4]).toEqual([{ type: "ask", question: "two", settings: { ...DEFAULTS, n: 3 } }])
    expect(deeds[5]).toMatchObject([{ type: "ask", question: "three" }])
  })

  it("that waits and says /quit leaves, and what is behind it is not asked", () => {
    expect(after([line("one"), line("/quit"), line("two"), answered]).last).toEqual([{ type: "leave", code: 0 }])
  })
})

describe("a command", () => {
  it("changes its setting, and without a value puts it back", () => {
    const said = ["/force omi2", "/step 20", "/temperature 0.7", "/n 3", "/seed 5", "/max-tokens 9"].map(line)
    expect(after(said).state.settings).toEqual({ force: "omi2", step: 20, temperature: 0.7, n: 3, seed: 5, maxTokens: 9 })
    const back = ["/force", "/step", "/temperature", "/n", "/seed", "/max-tokens"].map(line)
    expect(after([...said, ...back]).state.settings).toEqual(DEFAULTS)
  })

  it("for what is not there changes nothing, and says what there is", () => {
    for (const [text, words] of [
      ["/force omi3", "must be one of omi1, omi2"],
      ["/step 7", "10, 20"],
      ["/temperature warm", "must be 0 (greedy) or a number"],
      ["/n 0", "a whole number from 1"],
      ["/seed -1", "a whole number from 0"],
      ["/tempreature 1", "Did you mean temperature?"]
    ] as const) {
      const { state, last } = after([line(text)])
      expect(state.settings).toEqual(DEFAULTS)
      expect(said(last)).toContain(words)
      expect(kinds(last)).toEqual(["say", "prompt"])
    }
  })

  it("/help names every command, formats, steps, and the settings of the moment", () => {
    const text = said(after([line("/n 3"), line("/seed 5"), line("/help")]).last)
    expect(text).toContain("3 completions, temperature 1, seed 5")
    for (const word of [
      "/force FORMAT",
      "/step STEP",
      "/temperature T",
      "/n N",
      "/seed N",
      "/help",
      "/quit",
      "omi1, omi2",
      "10, 20"
    ])
      expect(text).toContain(word)
  })

  it("/quit leaves", () => {
    expect(after([line("/quit")]).last).toEqual([{ type: "leave", code: 0 }])
  })
})

describe("Ctrl-C", () => {
  it("cancels an answer and stays; a second one leaves", () => {
    const { deeds } = after([line("Who ?"), interrupt, answered, interrupt])
    expect(deeds.map(kinds)).toEqual([["ask"], ["cancel", "say"], ["prompt"], ["leave"]])
    expect(deeds[3]).toEqual([{ type: "leave", code: 130 }])
  })

  it("twice while an answer is being cancelled leaves", () => {
    expect(kinds(after([line("Who ?"), interrupt, interrupt]).last)).toEqual(["cancel", "leave"])
  })

  it("forgets the lines that wait", () => {
    expect(kinds(after([line("one"), line("two"), interrupt, answered]).last)).toEqual(["prompt"])
  })

  it("at an empty line says how to leave; a line in between disarms it", () => {
    expect(kinds(after([interrupt]).last)).toEqual(["say", "prompt"])
    expect(kinds(after([interrupt, line("/n 2"), interrupt]).last)).toEqual(["say", "prompt"])
    expect(kinds(after([interrupt, interrupt]).last)).toEqual(["leave"])
  })

  it("at a line that has something on it only throws that away", () => {
    const typed: LineEvent = { type: "interrupt", typed: true }
    expect(after([interrupt, typed]).last).toEqual([{ type: "prompt" }])
    expect(kinds(after([typed, interrupt]).last)).toEqual(["say", "prompt"])
  })
})

describe("Ctrl-D", () => {
  it("leaves, and stops an answer first", () => {
    expect(after([end]).last).toEqual([{ type: "leave", code: 0 }])
    expect(kinds(after([line("Who ?"), end]).last)).toEqual(["cancel", "leave"])
  })
})

describe("the prompt", () => {
  it("names the model and what is not as usual", () => {
    expect(promptOf("rl ppo", DEFAULTS)).toBe("rl ppo> ")
    expect(promptOf("rl ppo", { ...DEFAULTS, force: "omi2", step: 10, temperature: 0 })).toBe("rl ppo, step 10, omi2, greedy> ")
  })
})
