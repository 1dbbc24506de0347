/** Word-problem programs of our own, in the manner of the machine-written ones: `solution()` returns the answer. */

export interface WordProblemProgram {
  readonly source: string
  /** Python's repr of the answer. */
  readonly answer: string
}

const program = (answer: string, ...body: ReadonlyArray<string>): WordProblemProgram => ({
  source: ["def solution():", ...body.map((line) => `    ${line}`)].join("\n"),
  answer
})

export const wordProblemPrograms: ReadonlyArray<WordProblemProgram> = [
  program("45", '"""Mia picks 27 plums and 18 more. How many?"""', "plums = 27", "more = 18", "return plums + more"),
  program("12.5", "crates = 5", "weight = 62.5", "result = weight / crates", "return result"),
  program("3", "pages = 100", "per_day = 30", "days = pages // per_day", "return days"),
  program("10", "pages = 100", "per_day = 30", "return pages % per_day"),
  program("-9867630", "eggs = 16 - 3 - 4933828", "return eggs * 2"),
  program("24.75", "price = 27.5", "discount = 0.1", "return price - price * discount"),
  program("0.30000000000000004", "return 0.1 + 0.2"),
  program("8", "seats = 45", "per_row = 6", "return -(-seats // per_row)"),
  program("4", "import math", "people = 31", "return math.ceil(people / 8)"),
  program("55", "total = 0", "for day in range(1, 11):", "    total += day", "return total"),
  program("12", "days = 0", "snail = 0", "while snail < 35:", "    snail += 3", "    days += 1", "return days"),
  program("150", "prices = [20, 30, 100]", "return sum(prices)"),
  program("5", "for n in range(2, 100):", "    if 25 % n == 0:", "        return n", "return None"),
  program("1276.28", "money = 1000", "for year in range(5):", "    money *= 1.05", "return round(money, 2)"),
  program("1050.625", "return 1000 * (1 + 0.05 / 2) ** 2"),
  program("2", "return round(2.5)"),
  program("2.67", "return round(2.675, 2)"),
  program("25", "ages = {'Ann': 12, 'Ben': 13}", "return sum(ages.values())"),
  program("'7.50'", "return f'{7.5:.2f}'"),
  program("39", "def double(x):", "    return 2 * x", "return double(18) + 3"),
  program("120", "def factorial(n):", "    return 1 if n <= 1 else n * factorial(n - 1)", "return factorial(5)"),
  program("[1, 4, 9]", "return [n * n for n in (1, 2, 3)]"),
  program("17", "a, b = 5, 12", "a, b = b, a", "return a + b"),
  program("60", "hours, minutes = divmod(3600, 60)", "return hours + minutes"),
  program("40", "rate = 12", "hours = 4", "pay = rate * hours", "tax = pay // 6", "pay -= tax", "return int(pay)"),
  program("7", "return max([3, 7, 5])"),
  program("1.5", "values = [1, 2, 1, 2]", "return sum(values) / len(values)"),
  program("30", "apples = 10 if True else 20", "return apples * 3"),
  program("3628800", "product = 1", "for i in range(1, 11): product *= i", "return product"),
  program("1267650600228229401496703205376", "return 2 ** 100"),
  program("0", "left = 7", "while True:", "    left -= 1", "    if left == 0: break", "return left"),
  program(
    "4",
    "count = 0",
    "for i in range(10):",
    "    if i % 2: continue",
    "    if i == 8: break",
    "    count += 1",
    "return count"
  ),
  program("6", "letters = 'banana'", "return len(letters)"),
  program("14", "total = 0", "for i, n in enumerate([2, 3, 4]):", "    total += i * n", "return total + 3"),
  program("32", "return sum(a * b for a, b in zip([1, 2, 3], [4, 5, 6]))"),
  program("True", "return 3 < 4 <= 4"),
  program("10", "try:", "    return 10 // 1", "except ZeroDivisionError:", "    return 0"),
  program("0", "try:", "    return 10 // 0", "except ZeroDivisionError:", "    return 0"),
  program("200", "import datetime", "start = datetime.date(2016, 12, 31)", "return (datetime.date(2017, 7, 19) - start).days"),
  program("18", "cost = lambda count, each=3: count * each", "return cost(6)"),
  program("9", "def total(*numbers, **named):", "    return sum(numbers) + sum(named.values())", "return total(1, 2, extra=6)"),
  program("'Ann has 3 pens'", "name = 'Ann'", "count = 3", "return '%s has %d pens' % (name, count)")
]
