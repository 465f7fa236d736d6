// Makes src/unicode/lookalikes.ts from Unicode's confusables.txt (UTS 39), which is published at
// https://www.unicode.org/Public/security/<version>/confusables.txt: node scripts/lookalikes.mjs confusables.txt
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";

const text = readFileSync(argv[2], "utf8");
const version = /^# Version: (\S+)/m.exec(text)[1];
const date = /^# Date: (\S+),/m.exec(text)[1];

/** From what is seen to all the characters that look like it. */
const sources = new Map();
for (const line of text.split("\n")) {
  const [source, target] = line
    .split("#")[0]
    .split(";")
    .map((field) => field.replace("\u{FEFF}", "").trim());
  if (!source || !target) continue;
  const seen = String.fromCodePoint(...target.split(" ").map((digits) => Number.parseInt(digits, 16)));
  const codePoint = Number.parseInt(source, 16);
  if (codePoint < 0x80 || !/^[A-Za-z]+$/.test(seen)) continue;
  sources.set(seen, [...(sources.get(seen) ?? []), codePoint]);
}

const lines = [...sources]
  .sort(([left], [right]) => (left < right ? -1 : 1))
  .map(([seen, codePoints]) => `  ${seen}: "${codePoints.map((each) => each.toString(16)).join(" ")}",`);
writeFileSync(
  new URL("../src/unicode/lookalikes.ts", import.meta.url),
  `// Made by scripts/lookalikes.mjs from Unicode's confusables.txt, version ${version} of ${date}.
// Copyright © 1991-2022 Unicode, Inc.; the licence is in the file LICENSE beside this one.
/** Latin letters, and the code points outside of ASCII that look like them, in hexadecimal. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`,
);
