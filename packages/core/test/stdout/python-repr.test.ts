import { expect, it } from "vitest";
import { pythonRepr } from "../../src/stdout/python-repr.ts";

// The right-hand side is what Python 3.11 prints for `repr(json.loads(…))` of the left-hand side's JSON.
it.each([
  [{ a: 1, b: null, c: true }, `{'a': 1, 'b': None, 'c': True}`],
  [{ ok: false, list: [1, "two", [3.5, {}], []] }, `{'ok': False, 'list': [1, 'two', [3.5, {}], []]}`],
  [{}, "{}"],
  [[], "[]"],
  ["it's", `"it's"`],
  ['say "hi"', `'say "hi"'`],
  [`both ' and "`, `'both \\' and "'`],
  ["back\\slash\n\r\t", "'back\\\\slash\\n\\r\\t'"],
  ["\0\u0007\u007f\u0080\u00a0\u00ad", "'\\x00\\x07\\x7f\\x80\\xa0\\xad'"],
  ["naïve 漢字 😀", "'naïve 漢字 😀'"],
  ["\u2028\ufeff\ue000\u3000", "'\\u2028\\ufeff\\ue000\\u3000'"],
  ["\ud800 \u{e0001} \u{10ffff}", "'\\ud800 \\U000e0001 \\U0010ffff'"],
  [0, "0"],
  [-0, "0"],
  [-17, "-17"],
  [1.5, "1.5"],
  [0.1, "0.1"],
  [0.0001, "0.0001"],
  [0.00012345, "0.00012345"],
  [0.00001, "1e-05"],
  [-2.5e-10, "-2.5e-10"],
  [5e-324, "5e-324"],
  [1e16, "10000000000000000"],
  [123456789012345680000, "123456789012345680000"],
  [1e21, "1e+21"],
  [1.5e300, "1.5e+300"],
  [{ "it's": { "": null } }, `{"it's": {'': None}}`],
])("shows %j as Python does", (value, expected) => {
  expect(pythonRepr(value)).toBe(expected);
});
