import { shown } from "@charm/telemetry-registry/findings";
import type { Files, Flaw } from "./flaw.ts";

/** What nobody means to publish, and why; the first that fits is said. */
const UNWANTED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/(?:^|\/)\.env(?:\.(?!example$|sample$|template$)[^/]*)?$/, "which is where secrets are"],
  [/(?:^|\/)\.(?:npmrc|netrc|pypirc|git-credentials|yarnrc\.yml|pgpass)$/, "which is where tokens are"],
  [/(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:pem|key|p12|pfx|jks|keystore|ppk))$/i, "which looks like a key"],
  [/(?:^|\/)(?:credentials|service-?account[^/]*)\.json$/i, "which looks like a key"],
  [/(?:^|\/)\.(?:aws|ssh|gnupg|docker|kube)\//, "which is where keys are"],
  [/(?:^|\/)(?:\.git|\.hg|\.svn|\.vscode|\.idea|\.turbo|\.nyc_output|node_modules)\//, "which belongs to this machine"],
  [/(?:^|\/)(?:\.DS_Store|Thumbs\.db|[^/]*\.(?:log|swp|tgz|tsbuildinfo))$/, "which belongs to this machine"],
];

/** Not in a scaffold's templates: what is made of them has tests of its own. */
const TEST = /(?:^|\/)(?:tests?|__tests__|__mocks__|e2e|coverage)\/|\.(?:test|spec)\.[cm]?[jt]sx?(?:\.map)?$/;
const TEMPLATE = /^(?:dist\/)?templates?\//;

const MAX_SAME = 5;

/** The whitelist, and what it lets through. */
export function checkFiles(files: Files, packageJson: Readonly<Record<string, unknown>>): Flaw[] {
  const flaws: Flaw[] = [];
  const complain = (message: string, fix?: string): void => {
    flaws.push({ severity: "error", rule: "files", message, fix, path: ["files"] });
  };
  const list = packageJson["files"];
  if (!Array.isArray(list))
    complain('no list "files", so all of the folder would be published', 'write "files": ["dist"]');
  else if (list.some((entry) => /^(?:\.|\.?\/|(?:\.?\/)?\*{1,2}(?:\/\*{1,2})?)$/.test(String(entry))))
    complain('"files" lets everything through', 'write "files": ["dist"]');

  for (const [pattern, why] of UNWANTED)
    for (const message of some([...files.keys()].filter((path) => pattern.test(path) && isFirst(path, pattern))))
      complain(`${message} would be published, ${why}`, 'leave it out with "!…" in "files"');
  const tests = [...files.keys()].filter((path) => TEST.test(path) && !TEMPLATE.test(path));
  for (const message of some(tests))
    complain(`${message} would be published, which is a test's`, 'leave it out with "!…" in "files"');

  if (![...files.keys()].some((path) => /^(?:licen[cs]e|copying)(?:[.-][\w.-]+)?$/i.test(path))) {
    const fix = "add a file LICENSE with the text of the licence";
    flaws.push({ severity: "error", rule: "license-file", message: "no licence file", fix, path: ["license"] });
  }
  if (![...files.keys()].some((path) => /^readme(?:\.\w+)?$/i.test(path)))
    flaws.push({ severity: "warning", rule: "readme", message: "no README, which is the package's page on npm" });
  return flaws;
}

function isFirst(path: string, pattern: RegExp): boolean {
  return UNWANTED.find(([each]) => each.test(path))?.[0] === pattern;
}

/** A folder of five hundred is one mistake. */
function some(paths: readonly string[]): string[] {
  const names = paths.slice(0, MAX_SAME).map((path) => shown(path));
  return paths.length <= MAX_SAME
    ? names
    : [...names.slice(0, -1), `${names.at(-1)} and ${paths.length - MAX_SAME} more`];
}
