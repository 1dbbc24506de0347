/**
 * Endless loops around one operation on something large: where a budget counts too little for an operation, these take too long or too much memory.
 * Each ends with an error, most with a budget used up.
 */
const large: Readonly<Record<string, string>> = {
  math: "import math",
  s: "s = 'ab' * 400000",
  t: "t = 'a' + 'ba' * 399999 + 'b'",
  u: "u = '\\U0001F600' * 50000",
  v: "v = '\\U0001F600' * 50000",
  w: "w = 'a b ' * 5000",
  digits: "digits = '1' * 4000",
  xs: "xs = list(range(50000))",
  ys: "ys = list(range(50000))",
  words: "words = ['ab' * 50] * 1000",
  d: "d = {i: i for i in range(20000)}",
  g: "g = {str(i): i for i in range(5000)}",
  e: "e = set(range(20000))",
  h: "h = set(range(20000))",
  n: "n = 2 ** 65000 - 1",
  m: "m = 2 ** 32500 + 1",
  k: "k = 3 ** 600",
  f: "def f(*args, **more): return 1",
  gen: "def gen():\n  for i in range(100): yield i"
}

/** The operation in an endless loop, after the variables that it names. */
const dear = (operation: string): string => {
  const named = Object.entries(large).filter(([name]) => new RegExp(`\\b${name}\\b`).test(operation))
  return [...named.map(([, line]) => line), "while True:", `  ${operation}`].join("\n")
}

/** Parted by two blanks. */
const operations = `
  len(s)  len(u)  s[5]  s[-1]  u[7]  s[3:9]  s[::-1]  u[::2]  s == t  s != t  s < t  u < v  u == v  s in t  'c' in s
  hash(s)  {s: 1}  {s: 1}[t]  s is t  s and t  s + t  s * 2  f'{s}'  f'{s:>900000}'  '%s' % s  '{}'.format(s)
  '{0}{0}{0}{0}'.format(s)  s.find('c')  s.count('a')  s.replace('a', 'c')  s.split('b')  s.upper()  s.strip('ab')
  s.startswith(t)  s.isdigit()  s.title()  s.zfill(9)  u.find('x')  u.upper()  w.split()  w.split(' ', 5)  w.title()
  w.splitlines()  ','.join(words)  w.partition('c')  s.translate({97: 'c'})  u.center(9)  int(digits)  float(digits)
  float(digits + 'x')  float(s)  int(s, 36)  int('1' * 60000, 2)  int('1' * 9000000, 2)  repr(s)  ascii(u)  str(xs)
  list(u)  sorted(s)  xs == ys  xs < ys  5.5 in xs  xs.index(49999)  xs.count(3)  xs.insert(0, 1)  xs.pop(0)  xs[:]
  xs[1:] + ys  xs * 2  sorted(xs)  sorted(xs, reverse=True)  xs.reverse()  xs.sort(key=lambda x: -x)  sum(xs)  max(xs)
  max(xs, key=abs)  list(map(abs, xs))  list(reversed(xs))  tuple(xs)  xs.remove(49999)  any(x < 0 for x in xs)
  xs[0:0] = [1]  del xs[0]  del xs[5:2]  xs[::2]  [*xs]  f(*xs)  a, *b = xs  list(zip(xs, ys))  list(enumerate(xs))
  dict(zip(xs, ys))  set(xs)  (5,) in [tuple(xs)]  d == dict(d)  d.keys() == d.keys()  d.items() == d.items()
  d.keys() & e  d.keys() < d.keys()  5.5 in d.values()  list(d)  d.copy()  {**d}  d | d  d.popitem()  sorted(d)
  e == h  e < h  e <= h  e | h  e - h  e ^ h  e.issubset(h)  e.isdisjoint([-1])  e.union(xs)  frozenset(e)
  hash(frozenset(e))  max(e)  e.copy()  f(**g)  dict(**g)  n * m  n // m  n % m  n / m  m / n  n + m  n - m  n & m
  n ^ m  n >> 5  m << 30000  -n  ~n  n == m  n < m  float(k)  n == 1.5  hash(n)  {n: 1}  divmod(n, m)  math.gcd(n, m)
  math.lcm(k, k + 1)  math.isqrt(n)  pow(3, m, n)  pow(m, -1, n)  pow(3, 10 ** 9, k)  m ** 2  7 ** 20000
  n.bit_length()  n.bit_count()  round(n, -3)  hex(n)  f'{n:b}'  str(3 ** 8000)  math.factorial(2000)
  math.comb(4000, 2000)  math.perm(4000, 1000)  math.prod(range(1, 300))  math.fsum(xs)  math.hypot(*xs)
  math.dist(xs, ys)  f'{0.1:.900f}'  f'{0.1:.9000f}'  round(0.1, 300)  f'{1:0900000,}'  f'{1.5:0900000,.2f}'
  list(gen())  sum(gen())  [f() for i in range(99)]  isinstance(5, (int,) * 50000)  min([[1] * 9999, [1] * 9999])
  max(words)  sorted(words)  list(range(10 ** 6))  print(end='')
`

export const dearPrograms: ReadonlyArray<string> = [
  ...operations
    .trim()
    .split(/\s{2,}/)
    .map(dear),
  "while True:\n  try: [][1]\n  except IndexError: pass",
  "while True:\n  try: int('x' * 1000)\n  except ValueError: pass",
  "def f(n):\n  if n > 0: f(n - 1)\nwhile True: f(100)",
  "def f(n):\n  try: f(n + 1)\n  except RecursionError: pass\nwhile True: f(1)"
]
