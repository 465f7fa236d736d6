import { expect, it } from "vitest";
import {
  checkAuthor,
  checkDescription,
  checkGithubUrl,
  checkId,
  checkLicense,
  checkName,
  checkPackageName,
} from "../src/index.ts";
import { shown } from "../src/finding.ts";
import { checkTags } from "../src/rules/tags.ts";
import { checkVersion } from "../src/rules/version.ts";

// The fixtures of the rules say what each check is for; here it is that they work without a file.
it.each([
  [checkId, "acme", "Acme", "id-format"],
  [checkPackageName, "charm-telemetry-acme", "acme", "npm-name"],
  [checkName, "Acme", "A", "text-length"],
  [checkDescription, "Sends agent runs to Acme.", "<b>Sends agent runs</b>", "text-html"],
  [checkAuthor, "Acme Inc.", "Acme Inc. ", "text-trim"],
  [checkGithubUrl, "https://github.com/acme/x", "github.com/acme/x", "github-url"],
  [checkVersion, "1.0.0", "v1.0.0", "version-exact"],
  [checkLicense, "MIT", "GPL-3.0", "license-spdx"],
] as const)("%o judges a value by itself", (check, good, bad, rule) => {
  expect(check(good)).toEqual([]);
  expect(check(bad)).toMatchObject([{ rule, message: expect.stringMatching(/./) }]);
});

it("judges a list of tags, and says which of them is wrong", () => {
  expect(checkTags(["a", "b"])).toEqual([]);
  expect(checkTags(["a", "B", "a"])).toMatchObject([
    { rule: "tags", index: 1 },
    { rule: "tags", index: 2 },
  ]);
});

it("lets Charm's own package have Charm's id", () => {
  expect(checkId("sentry", "@charm/telemetry-sentry")).toEqual([]);
  expect(checkId("sentry", "charm-telemetry-sentry")).toMatchObject([{ rule: "id-reserved" }]);
});

it.each([
  ["http://github.com/acme/x", 'write "https://github.com/acme/x"'],
  ["git@github.com:acme/x.git", 'write "https://github.com/acme/x"'],
  ["https://www.github.com/acme/x/issues", 'write "https://github.com/acme/x"'],
  ["https://gitlab.com/acme/x", undefined],
])("says what %s should be, if it can be told", (url, fix) => {
  expect(checkGithubUrl(url)[0]?.fix).toBe(fix);
});

it("shows text of strangers cut, and without what moves the cursor or hides other text", () => {
  expect(shown("a\u001b[2Jb\u202ec\r\n")).toBe(String.raw`a\u{1B}[2Jb\u{202E}c\u{D}\u{A}`);
  expect(shown("x".repeat(81))).toBe(`${"x".repeat(80)}…`);
  expect(Array.from(shown("🚀".repeat(200)))).toHaveLength(81);
});
