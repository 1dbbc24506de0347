/**
 * Short words behind numbers that are no variables. Three letters may be a word or a product, `2 men` and `2 lwh`; so may four
 * that begin with a vowel, `3 eggs` and `3 abde`, and what begins with the name of a function, `2 tanks` and `2 tanx`. No rule
 * decides there, so that the words are listed.
 */

const NOUNS = (
  "ace act ant ape app arc arm art axe bag ban bar bat bay bed bee bet bib bid bin bit boa bow box boy bud bug " +
  "bun bus cab cam can cap " +
  "car cat cob cod cow cub cue cup cut dad dam day den dip doe dog dot duo ear eel egg elf elk elm emu era eve " +
  "eye fan fax fee fig " +
  "fin fir fit fly foe fog fox fur gal gap gas gem gig gum gun guy gym ham hat hen hip hit hob hog hop hub hut " +
  "ice ink inn ion ivy " +
  "jab jam jar jaw jet jig job joy jug keg key kid kin kit koi lab lad lap law leg lei lid lip log lot map mat " +
  "mob mom mop mug mum nap " +
  "net nun nut oak oar oat oil orb orc owl pad pal pan paw pea peg pen pet pie pig pin pit pod pop pot pub pug " +
  "pup rag ram rap rat " +
  "ray rep rib rim rip rod row rub rug rum run sac saw set sin sip sit sky sob sod son sow soy spa spy sub suv " +
  "tab tag tan tap tax tea " +
  "tee tie tip toe ton top toy try tub tug urn van vat vet vow war wax way web wig win wok yak yam yen zoo ad id " +
  "area aunt ally alto arch atom axle edge edit exam exit icon idea idol inch iron isle item ogre omen onyx opal " +
  "oven unit urge user " +
  "log floor cost cot tank tang sect sink mind mine mint mink pine pint pipe pick pier pike pile pill pixel llama " +
  "yacht debt dvd cd tv " +
  "cpu gpu atm vip vlog mama papa algorithm survey subway runway type tyre myth hymn menu tutu guru haiku sudoku " +
  "sun sea air oreo pic die dahlia whey yurt yuan"
).split(" ")

const OTHERS =
  "men pcs ppl kgs mice axes elves taxes inches taxis ox oxen pros quiz quizzes jazz army armies luxury luxuries lynx tofu " +
  "the for her his its our all old new red raw hot wet dry big fat due own odd ill " +
  "even easy each only upon into onto up away also east acid aqua iced open non iris oral oval oath odds used able idle euro " +
  "burnt logo logic cosy single minor mini maxi pink cotton tango noon ago now"

const WORDS: ReadonlySet<string> = new Set([
  ...NOUNS,
  ...NOUNS.map((noun) => (/[sx]$|ch$/.test(noun) ? `${noun}es` : `${noun}s`)),
  ...OTHERS.split(" ")
])

/** Whether small letters are one of them. */
export const isShortWord = (letters: string): boolean => WORDS.has(letters)
