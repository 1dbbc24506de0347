/** `pipeline data`: what it prints and its exit codes, on made-up datasets in a folder of the test. */

import * as fs from "node:fs"
import { join } from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { gsm8kRows, jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"
import { place } from "./command-line.ts"

const at = place()
const data = temporaryFolder()
const broken = temporaryFolder()
beforeAll(() => {
  writeIn(data, "gsm8k/train.jsonl", jsonl(gsm8kRows(12)))
  writeIn(data, "gsm8k/test.jsonl", jsonl(gsm8kRows(3, 100)))
  writeIn(broken, "gsm8k/train.jsonl", `${jsonl(gsm8kRows(2))}{"question": "Q?"}\n`)
})

describe("data", () => {
  it("alone says what its commands are", async () => {
    const { code, out } = await at.here(["data"])
    expect(code).toBe(0)
    for (const name of ["list", "check", "import"]) expect(out).toMatch(new RegExp(`^  pipeline data ${name} +[a-z][^.]+$`, "m"))
  })
})

describe("data list", () => {
  it("shows rows, digest, licence and place of what is here, and how to get the rest", async () => {
    const { code, out } = await at.here(["data", "list", "gsm8k", "tinygsm", "--data", data])
    expect(code).toBe(0)
    expect(out).toMatch(/gsm8k:train +training +found +12 +1\.\d kB +MIT +[0-9a-f]{12} +1 file in .*gsm8k/)
    expect(out).toMatch(/tinygsm:train +about 12 million.*TinyGSM\/TinyGSM\n\nTo fetch one: pnpm pipeline data import/)
  })

  it("gives every file as JSON", async () => {
    const { out } = await at.here(["data", "list", "gsm8k:train", "--data", data, "--json"])
    expect(JSON.parse(out)).toMatchObject([
      { source: "gsm8k", split: "train", rows: 12, files: [{ name: "train.jsonl", rows: 12 }] }
    ])
  })
})

describe("data check", () => {
  it("reads every split that is here, and finds nothing to object to in sound data", async () => {
    const { code, out } = await at.here(["data", "check", "gsm8k:train", "gsm8k:test", "--data", data])
    expect(out).toContain("12 usable, 0 bad")
    expect(out).toContain("no question of gsm8k:test (3 questions")
    expect(out).toContain("2 splits read to the end, nothing to object to.")
    expect(code).toBe(0)
  })

  it("names bad rows and ends with 1, unless so many are allowed", async () => {
    const { code, out } = await at.here(["data", "check", "gsm8k:train", "--data", broken])
    expect(out).toMatch(/train\.jsonl, row 2, field answer: is missing/)
    expect(out).toContain("Not as they should be: gsm8k:train (1 bad row).")
    expect(code).toBe(1)
    expect((await at.here(["data", "check", "gsm8k:train", "--data", broken, "--max-bad", "1"])).code).toBe(0)
  })
})

describe("data check of files that are not read", () => {
  const folder = temporaryFolder()
  const rows = jsonl(gsm8kRows(3))
  const wrong = [
    ["gsm8k/Train.JSONL", /is called otherwise in capitals and small letters/],
    ["gsm8k/.train.jsonl", /is hidden/],
    ["gsm8k/train.jsonl.bak", /is an unfinished download or a spare copy/],
    ["gsm8k/train.jsonl.gz.part", /is an unfinished download or a spare copy/],
    ["gsm8k/train.jsonl~", /is an unfinished download or a spare copy/],
    ["gsm8k/train.jsonl.1", /is an unfinished download or a spare copy/],
    ["gsm8k/train (1).jsonl", /is called otherwise than .*train\.jsonl/],
    ["gsm8k/train.jsonl.bz2", /is called otherwise than .*train\.jsonl/],
    ["gsm8k/training.jsonl", /is called otherwise than .*train\.jsonl/],
    ["gsm8k/train.tsv", /is called otherwise than .*train\.jsonl/],
    ["gsm8k/train.jsonl.gz", /is there unpacked too/],
    ["train.jsonl", /lies beside the folders of datasets/]
  ] as const
  const others = ["gsm8k/test.jsonl", "gsm8k/README.md", "gsm8k/LICENSE", "gsm8k/.gitattributes", "gsm8k/dataset_infos.json"]
  beforeAll(() => {
    for (const name of ["gsm8k/train.jsonl", ...wrong.map(([name]) => name), ...others]) writeIn(folder, name, rows)
  })

  it.each(wrong)("names %s and why it is passed over", async (name, why) => {
    const { out } = await at.here(["data", "check", "gsm8k:train", "--data", folder, "--json"])
    const [check] = JSON.parse(out) as [{ passedOver: Array<{ path: string; why: string }> }]
    expect(check.passedOver.find(({ path }) => path === join(folder, name))?.why).toMatch(why)
    expect(check.passedOver).toHaveLength(wrong.length)
  })

  it("names them where another folder is read instead", async () => {
    const mine = temporaryFolder()
    writeIn(mine, "gsm8k/Train.JSONL", rows)
    const { out } = await at.here(["data", "check", "gsm8k:train", "--data", mine], { ECHO_CHAMBER_DATA: data })
    expect(out).toContain("12 usable")
    expect(out).toMatch(/passed over +.*gsm8k\/Train\.JSONL is called otherwise in capitals and small letters/)
  })

  it("objects where another folder's file is read instead of one that would be of the split, and counts others", async () => {
    const mine = temporaryFolder()
    writeIn(mine, "gsm8k/test.csv", "question,answer\nHow many?,#### 3\n")
    const { code, out } = await at.here(["data", "check", "gsm8k:train", "gsm8k:test", "--data", mine], {
      ECHO_CHAMBER_DATA: data
    })
    expect(code).toBe(1)
    expect(out).toContain(`Not as they should be: gsm8k:test (1 file passed over, and ${join(data, "gsm8k")} read instead)`)
    const train = await at.here(["data", "check", "gsm8k:train", "--data", mine], { ECHO_CHAMBER_DATA: data })
    expect(train.code).toBe(0)
    expect(train.out).toContain("nothing to object to but 1 file passed over.")
  })

  it("without names tells of files whose dataset is found in no root, and counts them", async () => {
    const mine = temporaryFolder()
    for (const name of ["gsm8k/train.jsonl", "metamathqa/metamathqa-395K.JSON", "metamathqa/LICENSE", "math-500/test.jsonl.part"])
      writeIn(mine, name, rows)
    const { out } = await at.here(["data", "check", "--data", mine])
    expect(out).toMatch(/Of datasets that were not found\n +passed over +.*metamathqa-395K\.JSON is called otherwise in capitals/)
    expect(out).toMatch(/math-500\/test\.jsonl\.part is an unfinished download/)
    expect(out).not.toContain("LICENSE")
    expect(out).toContain("nothing to object to but 2 files passed over.")
    const named = await at.here(["data", "check", "gsm8k:train", "--data", mine, "--json"])
    expect(JSON.parse(named.out)).toHaveLength(1)
    expect(named.out + named.err).not.toContain("metamathqa")
  })

  it("has nothing to say where all is read", async () => {
    const { out } = await at.here(["data", "check", "gsm8k:train", "--data", data])
    expect(out).not.toContain("passed over")
  })
})

describe("data check of answers and questions", () => {
  const question = (i: number) =>
    `On day ${i} of the fair ${i + 3} red and ${i + 5} blue kites fly over the ${i + 7} tents; how many?`
  const rows = (from: number, count: number, answer = "#### 3") =>
    Array.from({ length: count }, (_, i) => ({ question: question(from + i), answer }))
  const folder = (files: Readonly<Record<string, string>>) => {
    const made = temporaryFolder()
    for (const [name, text] of Object.entries(files)) writeIn(made, name, text)
    return made
  }
  const checked = (made: string, args: ReadonlyArray<string> = []) =>
    at.here(["data", "check", "gsm8k:train", "gsm8k:test", "--against", "gsm8k:test", "--data", made, ...args])

  it("objects to answers that nothing can be graded against, in training data too", async () => {
    const made = folder({
      "gsm8k/train.jsonl": jsonl([...rows(0, 3), ...rows(50, 1, "#### many")]),
      "gsm8k/test.jsonl": jsonl([...rows(100, 2), ...rows(200, 2, "#### it varies")])
    })
    const { code, out } = await checked(made)
    expect(code).toBe(1)
    expect(out).toMatch(/train\.jsonl, row 3: has the answer "many", which cannot be graded/)
    expect(out).toMatch(/test\.jsonl, row 2: has the answer "it varies", which cannot be graded/)
    expect(out).toContain("gsm8k:test (2 answers that nothing can be graded against)")
    expect((await checked(made, ["--max-bad", "2"])).code).toBe(0)
  })

  it("goes on with the others where one cannot be read, and says so at the end", async () => {
    const problem = { ID: "1", Body: "Ann has 3 kites.", Question: "How many kites has she?", Answer: 3 }
    const made = folder({ "svamp/SVAMP.json": JSON.stringify([problem]) })
    fs.symlinkSync(join(made, "gsm8k"), join(made, "gsm8k"))
    for (const order of [
      ["gsm8k:test", "svamp:test"],
      ["svamp:test", "gsm8k:train"]
    ]) {
      const { code, out, err } = await at.here(["data", "check", ...order, "--data", made])
      expect(code).toBe(2)
      expect(out).toMatch(/^svamp:test \(for evaluation, 1 file\)\n {2}rows +1 usable/m)
      expect(out).toMatch(/Not as they should be: (?:.*, )?gsm8k:\w+ \(not read\)\.$/m)
      expect(err).toMatch(/gsm8k cannot be read: links there lead in a circle/)
    }
  })

  it.each([
    ["all of them", rows(0, 4), "4 of 4 questions of gsm8k:test in it, 100 %, 4 in whole"],
    ["one of them", [...rows(3, 1), ...rows(300, 20)], "1 of 4 questions of gsm8k:test in it, 25 %, 1 in whole"],
    [
      "one inside a solution",
      [...rows(300, 5), { question: "And what of this?", answer: `As in: ${question(1)} It is three.\n#### 3` }],
      "1 of 4 questions of gsm8k:test in it, 25 %, 1 in whole"
    ],
    [
      "one with another spelling and signs",
      [...rows(300, 5), { question: question(2).toUpperCase().replaceAll(";", " --"), answer: "#### 3" }],
      "1 of 4 questions of gsm8k:test in it, 25 %, 1 in whole"
    ],
    [
      "the greater part of one",
      [...rows(300, 5), { question: question(2).replace("; how many?", ", and that is all."), answer: "#### 3" }],
      "1 of 4 questions of gsm8k:test in it, 25 %, 0 in whole"
    ]
  ])("objects to test questions in training data: %s", async (_, train, objection) => {
    const made = folder({ "gsm8k/train.jsonl": jsonl(train), "gsm8k/test.jsonl": jsonl(rows(0, 4)) })
    const { code, out } = await checked(made)
    expect(out).toContain(`Not as they should be: gsm8k:train (${objection}).`)
    expect(out).not.toContain("nothing to object to")
    expect(code).toBe(1)
    expect((await checked(made, ["--max-overlap", "1"])).code).toBe(0)
  })

  it("lets a run of words that few questions share pass, and says it all the same", async () => {
    const common = "in the small town by the sea the old baker sells bread every single morning"
    const made = folder({
      "gsm8k/train.jsonl": jsonl([...rows(0, 5), { question: `Ann says that ${common} since May.`, answer: "#### 3" }]),
      "gsm8k/test.jsonl": jsonl([...rows(1000, 150), { question: `If ${common}, how many loaves are sold?`, answer: "#### 3" }])
    })
    const { code, out } = await checked(made)
    expect(out).toContain("1 of 151 questions of gsm8k:test (0.7 %, 0 in whole)")
    expect(out).toContain("nothing to object to")
    expect(code).toBe(0)
    expect((await checked(made, ["--max-overlap", "0"])).code).toBe(1)
  })

  it("objects to fewer problems than are wanted, counting those that can be graded", async () => {
    const made = folder({ "gsm8k/train.jsonl": jsonl(rows(0, 2)), "gsm8k/test.jsonl": jsonl(rows(1000, 3)) })
    expect((await checked(made, ["--problems", "3"])).code).toBe(0)
    const { code, out } = await checked(made, ["--problems", "4"])
    expect(out).toContain("Not as they should be: gsm8k:test (3 problems where 4 are wanted).")
    expect(code).toBe(1)
  })

  it.each(["2", "-0.1", "some", "0x1"])("refuses --max-overlap=%s", async (share) => {
    const { code, err } = await at.here(["data", "check", "gsm8k:train", `--max-overlap=${share}`])
    expect(err).toContain("--max-overlap must be a share from 0 to 1")
    expect(code).toBe(2)
  })

  it("gives the objections as JSON", async () => {
    const made = folder({ "gsm8k/train.jsonl": jsonl(rows(0, 4)), "gsm8k/test.jsonl": jsonl(rows(0, 4)) })
    const { out } = await checked(made, ["--json"])
    expect(JSON.parse(out)).toMatchObject([
      { name: "gsm8k:train", objections: [expect.stringContaining("4 of 4 questions")], ungradable: { rows: 0 } },
      { name: "gsm8k:test", objections: [] }
    ])
  })
})

describe("data check of lengths", () => {
  const long = "and so it went on and on, day after day and week after week, until nobody in the village knew any more ".repeat(4)
  const rows = (short: number, tooLong: number, answer = "Short.") => [
    ...Array.from({ length: short }, (_, i) => ({ question: `Box ${i} has ${i} pens?`, answer: `${answer}\n#### ${i}` })),
    ...Array.from({ length: tooLong }, (_, i) => ({ question: `${long} How many in ${i}?`, answer: `${answer}\n#### ${i}` }))
  ]
  const checked = async (split: "train" | "test", made: Parameters<typeof jsonl>[0], args: ReadonlyArray<string> = []) => {
    const folder = temporaryFolder()
    // Questions to look for that are there on every machine, and in none of these rows.
    writeIn(folder, "gsm8k/test.jsonl", jsonl(gsm8kRows(1, 900)))
    writeIn(folder, `gsm8k/${split}.jsonl`, jsonl(made))
    return at.here(["data", "check", `gsm8k:${split}`, "--data", folder, "--against", "gsm8k:test", ...args])
  }

  it("counts prompts that leave no room, and documents that are too long, for the usual context", async () => {
    const { out, code } = await checked("train", rows(9, 1))
    expect(out).toMatch(/lengths +prompts of up to \d+ tokens, 0 of 10 prompts without room for an answer in a context of 192/)
    expect(out).toMatch(/documents of up to \d+ tokens, 0 of 10 documents longer than a context of 192/)
    expect(out).toMatch(/in a vocabulary of \d+ learnt from it/)
    expect(code).toBe(0)
  })

  it.each([
    ["test", 9, 1, ["--context", "24"], "1 of 10 prompts without room for an answer in a context of 24, 10 %"],
    ["test", 99, 1, ["--context", "24"], null],
    [
      "test",
      99,
      1,
      ["--context", "24", "--max-long", "0"],
      "1 of 100 prompts without room for an answer in a context of 24, 1 %"
    ],
    ["test", 5, 5, ["--context", "24", "--max-long", "0.5"], null],
    [
      "test",
      4,
      6,
      ["--context", "24", "--max-long", "0.5"],
      "6 of 10 prompts without room for an answer in a context of 24, 60 %"
    ],
    ["test", 5, 5, ["--context", "2000"], null],
    ["test", 5, 5, [], null],
    ["train", 4, 6, ["--context", "24", "--max-long", "0.55"], "6 of 10 documents longer than a context of 24, 60 %"],
    ["train", 99, 1, ["--context", "24"], null],
    ["train", 2, 0, ["--context", "3"], "2 of 2 documents longer than a context of 3, 100 %"]
  ] as const)("of %s, %i short and %i long, %j: %s", async (split, short, tooLong, args, objection) => {
    const { out, code } = await checked(split, rows(short, tooLong), args)
    if (objection === null) expect(out).toContain("nothing to object to")
    else expect(out.slice(out.indexOf("Not as they should be"))).toContain(objection)
    expect(code).toBe(objection === null ? 0 : 1)
  })

  it("objects to a set of which no prompt leaves room in the usual context, and to none with one that does", async () => {
    const endless = Array.from({ length: 3 }, (_, i) => ({ question: `${long.repeat(4)} How many in ${i}?`, answer: "#### 1" }))
    const all = await checked("test", endless)
    expect(all.out).toContain("gsm8k:test (3 of 3 prompts without room for an answer in a context of 192, 100 %)")
    expect(all.out).not.toContain("nothing to object to")
    expect(all.code).toBe(1)
    expect((await checked("test", [...endless, ...rows(1, 0)])).code).toBe(0)
  })

  it("does not count solutions of a set for evaluation, which nobody trains on", async () => {
    const { out, code } = await checked("test", rows(5, 0, long), ["--context", "24"])
    expect(out).not.toContain("documents")
    expect(code).toBe(0)
  })

  it("says nothing of a split without a row, and refuses a share of no context", async () => {
    expect((await checked("test", [{ question: "Q?" }])).out).not.toContain("lengths")
    const { err, code } = await checked("test", rows(1, 0), ["--max-long", "0.1"])
    expect(err).toContain("name that with --context")
    expect(code).toBe(2)
  })

  it("gives the counts as JSON", async () => {
    const [check] = JSON.parse((await checked("train", rows(3, 2), ["--context", "24", "--json"])).out)
    expect(check.lengths).toMatchObject({
      context: 24,
      prompts: { texts: 5, tooLong: 2 },
      documents: { texts: 5, tooLong: expect.any(Number) }
    })
  })
})

describe("data import", () => {
  it("copies a file to where a study finds it", async () => {
    const to = temporaryFolder()
    const { code, out } = await at.here(["data", "import", "gsm8k:train", "--from", join(data, "gsm8k"), "--data", to])
    expect(code).toBe(0)
    expect(out).toMatch(/copied +train\.jsonl +1\.\d kB +[0-9a-f]{12}/)
    expect((await at.here(["data", "list", "gsm8k:train", "--data", to])).out).toContain(join(to, "openai/gsm8k"))
  })
})

describe("bad input to data", () => {
  it.each([
    [["data", "lsit"], 'pipeline data has no command "lsit". Did you mean "list"?'],
    [["data", "check", ":test"], '":test" names no dataset. Write one as gsm8k:train, or gsm8k for all of its splits.'],
    [["data", "check", "gsm8k:"], 'There is no dataset "gsm8k:". Did you mean "gsm8k:'],
    [["data", "list", "gms8k"], 'There is no dataset "gms8k". Did you mean "gsm8k"?'],
    [["data", "check", "gsm8k:tets"], 'There is no dataset "gsm8k:tets". Did you mean "gsm8k:test"?'],
    [["data", "import"], "pipeline data import needs names of datasets, as in gsm8k:train."],
    [["data", "import", "omi2"], "Which of omi2:train, omi2:train-1M"],
    [["data", "check", "--max-bad", "some"], '--max-bad must be a whole number >= 0; got "some".'],
    [["data", "import", "gsm8k:train", "--from", "/does/not/exist"], "there is no file or folder /does/not/exist."]
  ])("%j is refused with what would be right", async (args, message) => {
    const { code, err } = await at.here(args)
    expect(err).toContain(message)
    expect(code).toBe(2)
  })
})
