/** Every type that a result can have, and what it is in each format. */

/** SQL of a value, its Arrow type, its value there, its Parquet type as DuckDB reads it, and as text. */
export const TYPES: ReadonlyArray<readonly [sql: string, arrow: string, value: unknown, parquet: string, text: string]> = [
  ["true", "Bool", true, "BOOLEAN", "true"],
  ["1::tinyint", "Int8", 1, "TINYINT", "1"],
  ["1::smallint", "Int16", 1, "SMALLINT", "1"],
  ["-1", "Int32", -1, "INTEGER", "-1"],
  ["9007199254740993", "Int64", 9007199254740993n, "BIGINT", "9007199254740993"],
  ["1::utinyint", "Uint8", 1, "UTINYINT", "1"],
  ["1::usmallint", "Uint16", 1, "USMALLINT", "1"],
  ["4294967295::uinteger", "Uint32", 4294967295, "UINTEGER", "4294967295"],
  ["18446744073709551615::ubigint", "Uint64", 18446744073709551615n, "UBIGINT", "18446744073709551615"],
  ["(select sum(range) from range(4))", "Int64", 6n, "BIGINT", "6"],
  ["0.1::float", "Float32", Math.fround(0.1), "FLOAT", "0.1"],
  ["0.1::double", "Float64", 0.1, "DOUBLE", "0.1"],
  ["'text'", "Utf8", "text", "VARCHAR", "text"],
  ["'\\xAB\\x00'::blob", "Binary", Uint8Array.of(0xab, 0), "BLOB", "ab00"],
  ["date '1969-12-31'", "Date32<DAY>", Date.UTC(1969, 11, 31), "DATE", "1969-12-31"],
  ["time '01:02:03.000004'", "Time64<MICROSECOND>", 3723000004n, "TIME", "01:02:03.000004"],
  ["timestamp '2026-01-02 03:04:05.123456'", "Timestamp<MICROSECOND>", null, "TIMESTAMP", "2026-01-02 03:04:05.123456"],
  [
    "timestamptz '2026-01-02 03:04:05.123456+02'",
    "Timestamp<MICROSECOND, UTC>",
    null,
    "TIMESTAMP WITH TIME ZONE",
    "2026-01-02 01:04:05.123456+00"
  ],
  [
    "timestamp_ns '2026-01-02 03:04:05.123456789'",
    "Timestamp<NANOSECOND>",
    null,
    "TIMESTAMP_NS",
    "2026-01-02 03:04:05.123456789"
  ],
  ["timestamp_ms '2026-01-02 03:04:05.123'", "Timestamp<MILLISECOND>", null, "TIMESTAMP", "2026-01-02 03:04:05.123"],
  ["timestamp_s '2026-01-02 03:04:05'", "Timestamp<SECOND>", null, "TIMESTAMP", "2026-01-02 03:04:05"],
  ["interval '1 month 2 days 3 seconds'", "Interval<MONTH_DAY_NANO>", null, "VARCHAR", "1 month 2 days 00:00:03"],
  ["interval '-1.123456 s'", "Interval<MONTH_DAY_NANO>", null, "VARCHAR", "-00:00:01.123456"],
  ["[interval '1 us']", "List<Interval<MONTH_DAY_NANO>>", null, "VARCHAR[]", '["00:00:00.000001"]'],
  ["'12:00:00.5+05:30'::timetz", "Utf8", "12:00:00.5+05:30", "VARCHAR", "12:00:00.5+05:30"],
  ["row(1, 'x')", "Struct<{1:Int32, 2:Utf8}>", null, 'STRUCT("1" INTEGER, "2" VARCHAR)', '[1,"x"]'],
  ["[row(row(1))]", "List<Struct<{1:Struct<{1:Int32}>}>>", null, 'STRUCT("1" STRUCT("1" INTEGER))[]', "[[[1]]]"],
  ["timestamp '0044-03-15 (BC) 01:02:03'", "Timestamp<MICROSECOND>", null, "TIMESTAMP", "0044-03-15 (BC) 01:02:03"],
  ["1.10::decimal(5,2)", "Decimal[5e+2]", null, "DECIMAL(5,2)", "1.10"],
  ["12345678901234567890.125::decimal(38,3)", "Decimal[38e+3]", null, "DECIMAL(38,3)", "12345678901234567890.125"],
  [
    "uuid '00000000-0000-0000-0000-000000000001'",
    "Utf8",
    "00000000-0000-0000-0000-000000000001",
    "UUID",
    "00000000-0000-0000-0000-000000000001"
  ],
  ["'0101'::bit", "Utf8", "0101", "VARCHAR", "0101"],
  ["'b'::enum('a', 'b')", "Dictionary<Int32, Utf8>", "b", "VARCHAR", "b"],
  ["[1, null, 3]", "List<Int32>", [1, null, 3], "INTEGER[]", "[1,null,3]"],
  ["[1, 2]::integer[2]", "FixedSizeList[2]<Int32>", [1, 2], "INTEGER[]", "[1,2]"],
  ["[[1], []]", "List<List<Int32>>", null, "INTEGER[][]", "[[1],[]]"],
  ["{'a': 1, 'b': 'x'}", "Struct<{a:Int32, b:Utf8}>", null, "STRUCT(a INTEGER, b VARCHAR)", '{"a":1,"b":"x"}'],
  ["map {'k': 2}", "Map<{key:Utf8, value:Int32}>", null, "MAP(VARCHAR, INTEGER)", '{"k":2}'],
  ["union_value(num := 2)", "Union<Int32>", 2, "STRUCT(tag VARCHAR, num INTEGER)", "2"],
  ["[{'a': [1::hugeint]}]", "List<Struct<{a:List<Int64>}>>", null, "STRUCT(a BIGINT[])[]", '[{"a":[1]}]'],
  ["null", "Int32", null, "INTEGER", ""]
]
