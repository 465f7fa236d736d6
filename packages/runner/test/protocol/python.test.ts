import { describe, expect, it } from "vitest";
import { parseJson, str, strip } from "../../src/protocol/python.ts";

// The right-hand sides are the answers of Python 3.11.
describe("a value as Python's text", () => {
  it.each([
    ["null", "None"],
    ["[true, false, null]", "[True, False, None]"],
    ["{}", "{}"],
    ['{"k": [1, {"n": null}]}', "{'k': [1, {'n': None}]}"],
    ['{"a": 1, "b": 2, "a": 3}', "{'a': 3, 'b': 2}"],
    ['"plain, not quoted"', "plain, not quoted"],
    ['["it\'s"]', '["it\'s"]'],
    ['["it\'s \\"so\\""]', "['it\\'s \"so\"']"],
    ['["a\\\\b\\n\\r\\t\\u0007\\u007f"]', "['a\\\\b\\n\\r\\t\\x07\\x7f']"],
    ['["\\u00e9 \\u00a0\\u200b\\u2028 \\ud83c\\udf0a \\ue000"]', "['é \\xa0\\u200b\\u2028 🌊 \\ue000']"],
    ['["\\ud800"]', "['\\ud800']"],
    ["[1, 1.0, -0, -0.0, 100e-1]", "[1, 1.0, 0, -0.0, 10.0]"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ["[1e15, 1e16, 1e22, 0.0001, 0.00001, 1.5e-7]", "[1000000000000000.0, 1e+16, 1e+22, 0.0001, 1e-05, 1.5e-07]"],
    ["[NaN, Infinity, -Infinity, 1e400, -1e400]", "[nan, inf, -inf, inf, -inf]"],
    [" \t[ 1 ,2 ]\r\n", "[1, 2]"],
  ])("%s is shown as %s", (json, text) => {
    expect(str(parseJson(json))).toBe(text);
  });

  it.each([
    "",
    "nul",
    "01",
    "1.",
    ".5",
    "+1",
    "-",
    "-NaN",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    '{"a" 1}',
    '"\\x41"',
    '"\t"',
    "'a'",
    "1 2",
    "\u00a01",
    "\ufeff1",
    '"open',
  ])("%j is not JSON to Python either", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});

describe("strip", () => {
  it.each([
    [" \t\r\n\u000b\f a b \u001c\u001f\u0085\u00a0\u2028\u3000", "a b"],
    ["\ufeffa\u200b", "\ufeffa\u200b"],
    ["\u180ea", "\u180ea"],
    ["   ", ""],
    ["", ""],
  ])("%j becomes %j", (text, stripped) => {
    expect(strip(text)).toBe(stripped);
  });
});
