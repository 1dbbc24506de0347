/**
 * Endless loops around one operation, on values from small to large. Each ends with an error, most with a budget used up.
 *
 * Where a budget counts too little for an operation, these take too long or too much memory.
 */

/** Sizes, the lines that make values of a size, and the operations on them, parted by two blanks. */
interface Family {
  readonly sizes: ReadonlyArray<number>
  readonly values: (size: number) => ReadonlyArray<string>
  readonly operations: string
}

const integers: Family = {
  sizes: [60, 1000, 4000, 14_000, 65_000],
  values: (bits) => [
    "import math",
    `n = 2 ** ${bits} - 1`,
    `m = 2 ** ${bits >> 1} + 1`,
    `k = 3 ** ${Math.floor(bits / 1.6)}`,
    "r = -n"
  ],
  operations: `
    n * m  n * n  n // m  n % m  n / m  m / n  r // m  divmod(n, m)  n + m  n - m  n & m  r & m  n ^ m  n >> 5  m << 30  -n  ~n
    abs(r)  n == m  n < m  n == 1.5  hash(n)  {n: 1}  {(n, m): 1}  float(k)  n ** 1  m ** 2  7 ** 20000  pow(3, m, n)
    pow(n, 3, m)  pow(3, 10 ** 9, n)  pow(m, -1, n)  math.gcd(k, n)  math.lcm(k, k + 1)  math.isqrt(n)  math.log(n)
    math.comb(n, 40)  math.prod([n, m, k])  n.bit_length()  n.bit_count()  round(n, -3)  hex(n)  bin(n)  f'{n:b}'  '%x' % n
    str(n)  f'{n:,}'  int(str(n))  int(hex(n), 16)  int(hex(n)[2:], 36)  range(n) == range(m)  hash(range(n))  range(n)[5]
    sorted([n, m, k])  print(n, end='')
  `
}

const texts: Family = {
  sizes: [5, 1000, 400_000],
  values: (length) => [
    `s = 'ab' * ${length}`,
    `t = 'a' + 'ba' * ${length - 1} + 'b'`,
    `u = '\\U0001F600' * ${length >> 1}`,
    `v = '\\U0001F600' * ${length >> 1}`,
    `w = 'a b ' * ${length >> 1}`,
    `digits = '1' * ${Math.min(4000, length)}`
  ],
  operations: `
    len(s)  len(u)  s[5]  s[-1]  u[-1]  u[7:8]  s[3:9]  s[::-1]  u[::2]  s == t  s != t  s < t  u < v  u == v  s in t  'c' in s
    hash(s)  {s: 1}  {s: 1}.get(t)  s is t  s and t  s + t  s * 2  f'{s}'  f'{s:>900000}'  '%s' % s  '{}'.format(s)
    '{0}{0}{0}{0}'.format(s)  s.find('c')  s.count('a')  s.replace('a', 'c')  s.replace('', 'c')  s.split('b')  s.upper()
    s.strip('ab')  s.startswith(t)  s.isdigit()  s.title()  w.title()  s.swapcase()  s.zfill(9)  u.find('x')  u.upper()
    w.split()  w.split(' ', 5)  w.splitlines()  ','.join(s)  w.partition('c')  s.translate({97: 'c'})  u.center(9)  int(digits)
    float(digits)  float(digits + 'x')  float(s)  int(s, 36)  int('1' * 60000, 2)  int('1' * 9000000, 2)  repr(s)  repr(u)
    ascii(u)  list(u)  sorted(s)  set(s)  max(s)  [c for c in s]  list(zip(s, t))  print(s, end='')  s.expandtabs()
  `
}

const containers: Family = {
  sizes: [3, 1000, 50_000],
  values: (size) => [
    "import math",
    `xs = list(range(${size}))`,
    `ys = list(range(${size}))`,
    "fs = [0.1 * i for i in xs]",
    `words = ['ab' * 50] * ${Math.min(1000, size)}`,
    "tt = tuple(xs)",
    "nested = [[i] for i in xs[:20000]]",
    "d = {i: i for i in xs[:20000]}",
    "g = {str(i): i for i in xs[:5000]}",
    "e = set(xs[:20000])",
    "h = set(xs[:20000])",
    "def f(*args, **more): return 1",
    "def gen():\n  for i in range(100): yield i"
  ],
  operations: `
    str(xs)  str(fs)  str(d)  str(nested)  xs == ys  xs < ys  5.5 in xs  xs.index(xs[-1])  xs.count(3)  xs.insert(0, 1)
    xs.pop(0); xs.append(1)  xs[:]  xs[1:] + ys  xs * 2  sorted(xs)  sorted(xs, reverse=True)  sorted(nested)  xs.reverse()
    xs.sort(key=lambda x: -x)  sum(xs)  sum(fs)  sum(nested, [])  max(xs)  max(xs, key=abs)  list(map(abs, xs))
    list(map(str, xs))  list(reversed(xs))  tuple(xs)  any(x < 0 for x in xs)  xs[0:0] = [1]  del xs[0]; xs.append(1)
    del xs[5:2]  xs[::2]  [*xs]  f(*xs)  a, *b = xs  list(zip(xs, ys))  list(enumerate(xs))  dict(zip(xs, ys))  set(xs)
    (5,) in [tt]  hash(tt)  d == dict(d)  d.keys() == d.keys()  d.items() == d.items()  d.keys() & e  d.keys() < d.keys()
    5.5 in d.values()  list(d)  d.copy()  {**d}  d | d  d.update(g)  d.popitem(); d[5] = 5  sorted(d)  e == h  e < h  e <= h
    e | h  e - h  e ^ h  e.issubset(h)  e.isdisjoint([-1])  e.union(xs)  frozenset(e)  hash(frozenset(e))  max(e)  e.copy()
    f(**g)  dict(**g)  math.fsum(xs)  math.hypot(*xs)  math.dist(xs, ys)  math.gcd(*xs)  list(gen())  sum(gen())
    isinstance(5, (int,) * 50000)  ','.join(words)  min([[1] * 9999, [1] * 9999])  max(words)  sorted(words)
    list(range(10 ** 6))  sum(range(10 ** 6))  [[j for j in range(3)] for i in xs]
  `
}

const plain: Family = {
  sizes: [0],
  values: () => ["import math", "def f(*args, **more): return 1", "def g(a=1, b=2): return a"],
  operations: `
    pass  1  x = 1  f()  f(1, 2, a=3)  g(b=3)  (lambda: 1)()  f'{0.1:.900f}'  f'{0.1:.9000f}'  f'{1e300:,.2f}'  round(0.1, 300)
    round(1e300, -200)  f'{1:0900000,}'  f'{1.5:0900000,.2f}'  '%.300f' % 0.1  str(1e300)  float('1e300')
    (0.1).as_integer_ratio()  1.1 ** 64  1e308 % 1e-300  math.factorial(2000)  math.comb(4000, 2000)  math.perm(4000, 1000)
    math.prod(range(1, 300))  math.fsum([1e308, 1e-308])  [f() for i in range(99)]
    [i * j for i in range(30) for j in range(30)]  print(end='')  [[[0 for a in range(9)] for b in range(9)] for c in range(9)]
    '{:>10}'.format(1)  '%d %s' % (1, 'a')  'a b'.split()  sorted([3, 1, 2])
  `
}

const programsOf = ({ sizes, values, operations }: Family): ReadonlyArray<string> =>
  operations
    .trim()
    .split(/\s{2,}/)
    .flatMap((operation) =>
      sizes.map((size) => {
        // Only the values that the operation names, so that making the others costs nothing.
        const lines = values(size).filter((line) => needed(line, operation, values(size)))
        return [...lines, "while True:", `  ${operation}`].join("\n")
      })
    )

/** Whether a line defines a name in the operation, or in a line that does. */
const needed = (line: string, operation: string, lines: ReadonlyArray<string>): boolean => {
  const name = /^(?:import |def )?(\w+)/.exec(line)![1]!
  const named = new RegExp(`\\b${name}\\b`)
  if (named.test(operation)) return true
  return lines.some((other) => other !== line && named.test(other) && needed(other, operation, lines))
}

export const costlyPrograms: ReadonlyArray<string> = [
  ...[integers, texts, containers, plain].flatMap(programsOf),
  "while True:\n  try: [][1]\n  except IndexError: pass",
  "while True:\n  try: int('x' * 1000)\n  except ValueError: pass",
  "while True:\n  try: raise ValueError('a')\n  except ValueError: pass",
  "def f(n):\n  if n > 0: f(n - 1)\nwhile True: f(100)",
  "def f(n):\n  try: f(n + 1)\n  except RecursionError: pass\nwhile True: f(1)"
]
