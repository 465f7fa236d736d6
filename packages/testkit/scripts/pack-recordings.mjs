// Packs folders of recorded runs, as their publishers have them, into the compressed files of ../recordings.
//
//   node scripts/pack-recordings.mjs FOLDER [OUTPUT]
//
// FOLDER holds one folder for each source (tau-bench, mini-swe-agent, ai-sdk-streams); recordings/README.md says where
// each comes from. The same files make the same pack, byte for byte.
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const SOURCES = ["tau-bench", "mini-swe-agent", "ai-sdk-streams"];

const [folder, output = join(import.meta.dirname, "../recordings")] = process.argv.slice(2);
const missing = folder === undefined ? SOURCES : SOURCES.filter((source) => !existsSync(join(folder, source)));
if (missing.length > 0) {
  console.error(`usage: node scripts/pack-recordings.mjs FOLDER [OUTPUT]\nFOLDER must hold: ${missing.join(", ")}`);
  process.exit(2);
}

for (const source of SOURCES) {
  const root = join(folder, source);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(root, path)).isFile())
    .toSorted()
    .map((path) => ({
      path: path.split(sep).join("/"),
      text: readFileSync(join(root, path), "utf8"),
    }));
  const json = Buffer.from(JSON.stringify(files));
  const packed = brotliCompressSync(json, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: json.length,
    },
  });
  writeFileSync(join(output, `${source}.json.br`), packed);
  console.log(`${source}: ${files.length} files, ${json.length} bytes, packed ${packed.length}`);
}
