import { expect, it } from "vitest";
import { parseBaseUrl } from "../../src/kit/base-url.ts";

it.each([
  ["https://proxy.example", "https://proxy.example"],
  ["https://proxy.example/datadog//", "https://proxy.example/datadog"],
  ["HTTP://127.0.0.1:8126/", "http://127.0.0.1:8126"],
])("%s is the base %s", (text, base) => {
  expect(parseBaseUrl(text)).toBe(base);
});

it.each([
  "",
  "proxy.example",
  "ftp://proxy.example",
  "https://user:word@proxy.example",
  "https://a/?key=1",
  "https://a/#b",
])("%j is none", (text) => {
  expect(parseBaseUrl(text)).toBeUndefined();
});
