/** What of the C source can affect a result: what must change the engine's digest, and what must not. */

import { describe, expect, it } from "vitest"

import { digestOf, significantText, sourceFiles } from "../../../../src/engine/native/source.ts"

const digest = (files: Readonly<Record<string, string>>) =>
  digestOf(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])))

const source = `/* What it does. */
#include "b.h"
#define TWICE(x) \\
  ((x) + (x)) // twice
int f(int a) { return TWICE(a); }
`

describe("the digest of the C source", () => {
  it.each([
    ["a comment", source.replace("What it does", "Something else")],
    ["a comment behind code", source.replace("// twice", "// two times")],
    ["a comment over lines", source.replace("int f", "/* one\n two */ int f")],
    ["a comment inside a directive", source.replace('"b.h"', '"b.h" /* and\n more */')],
    ["the layout of code", source.replace("{ return", "\n{\n\treturn")],
    ["blank lines", source.replaceAll("\n#", "\n\n\n#")],
    ["where a line goes on", source.replace("\\\n  ((x)", "((x)")],
    ["line ends of another system", source.replaceAll("\n", "\r\n")]
  ])("does not change with %s", (_, edited) => {
    expect(edited).not.toBe(source)
    expect(digest({ "a.c": edited })).toBe(digest({ "a.c": source }))
  })

  it.each([
    ["a constant", "x = 1;", "x = 2;"],
    ["a line break behind a directive", "#define A 1\nint b;", "#define A 1 int b;"],
    ["a line break before a directive", "int b;\n#define A", "int b; #define A"],
    ["a line break inside a directive", "#if A\n+ 1\n#endif", "#if A + 1\n#endif"],
    ["a blank that makes a macro one without arguments", "#define F(x) x", "#define F (x) x"],
    ["blanks inside a string", 'f("a  b")', 'f("a b")'],
    ["a comment's signs inside a string", 'f("/* a */")', 'f("/* b */")'],
    ["two slashes inside a string", 'f("a // b")', 'f("a // c")'],
    ["a quote inside a character", `f('"', 1 /* '"' */)`, `f('"', 2 /* '"' */)`],
    ["an escaped quote", 'f("\\"// a")', 'f("\\"// b")'],
    ["slashes in the name of a header", "#include <a//b>", "#include <a//c>"],
    ["what stands behind a comment", "/* a */ 1", "/* a */ 2"],
    ["a division by what is pointed at", "a / *b", "a / *c"],
    ["the place of a numbered line", "int a = __LINE__;", "\nint a = __LINE__;"],
    ["a comment in a raw string", 'f(R"(/* a */)")', 'f(R"(/* b */)")'],
    ["a comment that goes on behind a backslash", "// a \\\nint b;", "// a\nint b;"]
  ])("changes with %s", (_, one, other) => {
    expect(digest({ "a.c": one })).not.toBe(digest({ "a.c": other }))
  })

  it("changes with a file's name, and with how a text is spread over files", () => {
    expect(digest({ "a.c": "int a;" })).not.toBe(digest({ "b.c": "int a;" }))
    expect(digest({ "a.c": "int a;", "b.c": "int b;" })).not.toBe(digest({ "a.c": "int a; int b;", "b.c": "" }))
  })

  it("takes lines into account in every file as soon as one of them numbers lines", () => {
    const macro = { "m.h": "#define HERE __LINE__" }
    expect(digest({ ...macro, "a.c": "int a = HERE;" })).not.toBe(digest({ ...macro, "a.c": "\nint a = HERE;" }))
  })

  it("is of sources and headers", () => {
    expect(sourceFiles()).toEqual(expect.arrayContaining(["api.c", "kernels/adamw.c", "kernels/adamw.h", "requests.h"]))
    expect(significantText("int a; /* one\n two */\n  int b; // three\n")).toBe("int a; int b;")
  })
})
