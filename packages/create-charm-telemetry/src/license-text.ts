import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Answers } from "./answers.ts";

const FOLDER = fileURLToPath(new URL("../licenses/", import.meta.url));

/** The file LICENSE. Of licences that are not kept here it says where the text is found. */
export function licenseText({ license, author, year }: Answers): string {
  const path = `${FOLDER}${license}.txt`;
  if (/^[\w.-]+$/.test(license) && existsSync(path))
    return readFileSync(path, "utf8")
      .replace("<year>", String(year))
      .replace("<author>", () => author);
  const addresses = (license.match(/[\w.-]+/g) ?? []).filter((word) => !/^(?:AND|OR|WITH)$/.test(word));
  return [
    `SPDX-License-Identifier: ${license}`,
    "",
    `Copyright (c) ${year} ${author}`,
    "",
    "Put the full text in place of these lines before you publish:",
    ...addresses.map((id) => `https://spdx.org/licenses/${id}.html`),
    "",
  ].join("\n");
}
