// How long 10,000 manifests take, and how much memory: node bench/scale.mjs [count]
import { performance } from "node:perf_hooks";
import { argv, memoryUsage, resourceUsage, stdout } from "node:process";
import { buildIndex, readManifestFile, validateRegistry } from "../dist/index.js";

const count = Number(argv[2] ?? 10_000);
const SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "xy"];

/** Ids that people could have chosen: four syllables, any two of which differ by more than a letter. */
function idOf(index) {
  const digits = [index % 16, (index >> 4) % 16, (index >> 8) % 16, (index >> 12) % 16];
  const check = digits.reduce((sum, digit, place) => sum + digit * (place + 1), 0) % 16;
  return [...digits, check].map((digit) => SYLLABLES[digit]).join("");
}

function manifestOf(index) {
  const id = idOf(index);
  const manifest = {
    id,
    npm_package: `charm-telemetry-${id}`,
    name: id.toUpperCase(),
    description: `Sends agent runs to ${id}, p50 < 5 ms, 日本語, number ${index}.`,
    author: "Acme Inc.",
    tags: ["tracing", "metrics"],
    github_url: `https://github.com/acme/charm-telemetry-${id}`,
    version: "1.0.0",
    license: "MIT OR Apache-2.0",
  };
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  return { path: `registry/telemetry/manifests/${id}.json`, bytes };
}

function timed(what, work) {
  const start = performance.now();
  const result = work();
  stdout.write(`${what}: ${(performance.now() - start).toFixed(0)} ms\n`);
  return result;
}

const files = Array.from({ length: count }, (_, index) => manifestOf(index));
const findings = timed(`validate ${count}`, () => validateRegistry({ files }));
stdout.write(`findings: ${findings.length} ${JSON.stringify(findings[0] ?? null)}\n`);
const manifests = files.map(({ path, bytes }) => readManifestFile(path, bytes).manifest);
const { index } = timed("build the index", () => buildIndex(manifests));
const changed = { files: files.slice(0, 1), isPartial: true, previousIndex: index };
timed("validate one changed", () => validateRegistry(changed));
stdout.write(
  `heap ${(memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MiB, most resident ${(resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`,
);
