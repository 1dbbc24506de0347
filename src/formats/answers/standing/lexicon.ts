/**
 * The closed lexicon by which a text says how an answer stands in it. Each word is written as one sign, and what they say
 * together is a matter of few patterns over signs (`before.ts`, `behind.ts`). docs/answers.md states the rule; a word that is
 * missing here is its limit.
 *
 *   e  without content            k  the answer, or it            i  is
 *   f  that, the value            g  has, makes
 *   n  denies                     r  right                        w  wrong
 *   W  rejects what follows       E  errs, fails                  H  he, she
 *   d  perhaps                    m  may                          p  if, he says
 *   o  or                         a  and                          b  about, that is
 *   c  wait, actually             z  no                           l  in, for: elsewhere
 *   t  at least                   h  except                       j  to
 *   q  times, plus
 */

const SIGNS: Readonly<Record<string, string>> = {
  e: `i we you they those these here am i've we've let's my our your the a an both all also even too of at need
    then still again just only really very quite far much definitely always else clearly obviously certainly surely
    totally completely absolutely exactly final given do does did will would should shall must seems seem seemed looks
    look looked sounds sound appears appear think thought believe feel fear got get realize realized notice see find found
    turns out on hang up please ok okay yes yeah ah oh uh um well hm hmm hmmm however though although which let me us
    thing way means small simple arithmetic calculation computational sign case something somewhere so thus hence
    therefore but yet now simply write boxed stated obtained`,
  k: "answer answers solution solutions choice option it itself",
  f: "this that there value result total above previous earlier conclusion reasoning calculation computation",
  H: "he she his her their him them",
  i: "is are was were be been being am becomes equals equal isn wasn",
  g: "has have had make makes made gives reads gets",
  n: "not never cannot neither hardly nothing none doubt scarcely",
  r: `right correct true sure certain confident clear valid possible convinced positive know work works fit fits satisfy satisfies
    hold holds check checks match matches sense reasonable consistent good add`,
  w: `wrong incorrect false mistaken mistake mistakes erroneous error errors invalid impossible inconsistent extraneous absurd
    rejected discarded excluded nonsense flawed untrue bogus naive confusion unsure uncertain guess guessing guessed slip
    kidding joking joke contradiction
    bad doubtful unlikely psych`,
  W: `reject discard exclude scratch strike forget ignore disregard retract redo reconsider`,
  E: `miscalculated miscounted misread mistook misspoke misunderstood overlooked overcounted overcount undercounted undercount
    forgot missed messed lied fails fail failed contradicts contradict violates oops whoops apologize apologise`,
  d: "maybe perhaps possibly probably likely presumably supposedly allegedly",
  m: "could may might",
  p: `if suppose supposing assume assuming whether pretend wish wonder provided say says said claim claims claimed thinks
    believes tempted tempting`,
  o: "or nor either alternatively versus vs unless",
  a: "and",
  b: "about approximately roughly around nearly almost equivalently equivalent precisely namely",
  c: "wait actually sorry correction corrected revised edit update apologies rather er",
  z: "no nope nah",
  l: "in for as with by when from rounded rounding modulo mod since because while where",
  t: "least most than less more greater fewer larger smaller bigger under over below between",
  h: "except excluding",
  j: "to",
  q: "plus minus times divided multiplied squared cubed"
}

/** Words, commands of LaTeX, numbers and signs. */
export const TOKEN = /[A-Za-z]+(?:['’][A-Za-z]+)*|\\[A-Za-z]+|\d[\d.,/]*|[^\s]/g

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries(SIGNS).flatMap(([sign, words]) => words.split(/\s+/).map((word) => [word, sign] as const))
)

/** A word's sign, `x` where it has content. */
export const signOf = (word: string): string => {
  const plain = word.toLowerCase().replace("’", "'")
  return plain.endsWith("n't") ? "n" : (WORDS.get(plain) ?? "x")
}

/** Phrases that say what one word does; the second table is for what stands before an answer. */
const PHRASES: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(it|that|this|there|he|she|answer)['’]s\b/gi, "$1 is"],
  [/\b(i['’]m|we['’]re|you['’]re)\b/gi, "we are"],
  [
    new RegExp(
      String.raw`\b(?:(?:on|upon|after) (?:(?:a|further|closer|second|careful) )*(?:thoughts?|reflection|` +
        String.raw`inspection|review|re-?\w+ing)|let me re-?\w+|or rather)\b`,
      "gi"
    ),
    "actually"
  ],
  [/\b(?:take (?:that|it|this) back|never ?mind|(?:changed|change) my mind|start over|try again|made? up)\b/gi, "scratch that"],
  [/\b(?:value|number|answer|solution|one|choice|option|integer) (?:that|which)\b|\bworks? out\b/gi, "whichever"],
  [/\b(?:fails?|failed) to\b/gi, " failed "],
  [/\b(?:(?:ruled|crossed) out|eliminated)\b/gi, "rejected"],
  [/\b(?:rule|cross) out\b/gi, "reject"],
  [
    /\b(?:number|value|answer|result|total) (?=(?:(?:i|we) (?:gave|give|have given|boxed|stated|wrote)|given|above)\b)/gi,
    "value "
  ],
  [/\b(it|that|this|answer|value|result|total)\b([^.,;:]{0,40}?) instead\b(?! of)/gi, "actually $1$2"],
  [/\bought to\b/gi, "should"],
  [/\breplace (?:it|this|that) (?:with|by)\b/gi, "actually it is"],
  [/\bthe (?:correct|right|true|actual) (?:value|total|result|number|amount)\b/gi, "the answer"],
  [/[❌✗✘]/g, " wrong "],
  [/\bforgot to\b/gi, "forgot"],
  [/\bto (?:me|us)\b/gi, " "],
  [
    /\btimes (?=(?:as|more|less|larger|smaller|greater|faster|the|a|an|per|each|every|in|that|what|before|after)\b)/gi,
    "occasions "
  ],
  [/\bis no (?=answer|solution)/gi, "is not "],
  [/\btoo (?:large|small|big|many|few|much|high|low|long|short)\b/gi, "wrong"],
  [/\b(?:no|without(?: an?)?|little) doubt(?: that)?\b|\bnothing (?:but|other than)\b|\bnone other than\b|\bnot only\b/gi, " "],
  [/\b(?:no longer|no way|(?:by|in) no (?:means|way)|nowhere near)\b/gi, "not"],
  [/\bthat is(?=,)|\b(?:in fact|to be (?:precise|exact|honest)|make (?:that|it)|i mean(?:t)?)\b/gi, "actually"],
  [/\b(?:possible|possibility|conceivable|plausible|chance|likely) that\b/gi, "perhaps"],
  [/\b(?:i['’]e\.|i\.e\.|in other words|in (?:decimal(?: form)?|binary|base \w+)|as an? \w+|more precisely)/gi, "namely"]
]
const ASKED_FOR = new RegExp(
  String.raw`\b(?:the|his|her|their|its|\w+['’]s)\s+(?:(?!wrong|incorrect|common|typical|usual|first|initial|naive)\w+\s+){0,4}` +
    String.raw`(?:guess(?:es)?|mistakes?|errors?|claims?)\s+(?=(?:is|was|are|were)\b|=)`,
  "gi"
)
const BEFORE: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:rather than|instead of|far from|differ(?:s|ent)? from|not equal to)\b|\\neq?(?![a-z])|\\not(?![a-z])|≠/gi, " not "],
  [/\b(?:other than|except(?: for)?|excluding|unlike|(?:any\w*|all|every\w*) (?:\w+ )?(?:but|except))\b/gi, "except"],
  [/\b(?:(?:if and )?only if|iff)\b/gi, "when"],
  [/\b(?:(?:we|i|us) (?:say|claim)|can guess)\b/gi, "we find"],
  [/\b(?:answers|solutions|results|values)\b/gi, "whichever"],
  [/\b(?:(?:would|could|might) have been|used to be|reject|discard|exclude|eliminat\w+|rul(?:e|es|ed|ing) out)\b/gi, " not "],
  [/(?<=[a-z,] )May\b/g, "spring"],
  // What was asked for: `the average guess is`, `his claim is`, `values that may result`; `my guess` is nobody's answer.
  [ASKED_FOR, "amount "],
  [/\b(?:may|might|can|could) result\b/gi, "occur"],
  [/\bguess(?:ing|ed)?\b/gi, "maybe"],
  [/\b(?:some|many|most|people|students|others|everyone|someone|they|he|she)\s(?:\w+\s)?(?:think|believe|feel)s?\b/gi, "says"]
]

const replaced = (text: string, phrases: typeof PHRASES): string =>
  phrases.reduce((said, [phrase, word]) => said.replace(phrase, word), text)

/** With phrases as one word each. */
export const inWords = (text: string): string => replaced(text, PHRASES)
export const inWordsBefore = (text: string): string => replaced(replaced(text, BEFORE), PHRASES)
