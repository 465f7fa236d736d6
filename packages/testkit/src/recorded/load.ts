import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { z } from "zod";
import { parseShape } from "./import-file.ts";
import type { RecordingFile } from "./import-file.ts";
import { importMiniSweAgent } from "./mini-swe-agent.ts";
import type { RecordedRun, RecordingSource } from "./recorded-run.ts";
import { importStream } from "./streams/import-stream.ts";
import { importTauBench } from "./tau-bench.ts";

const IMPORTERS: Record<RecordingSource, (file: RecordingFile) => RecordedRun[]> = {
  "tau-bench": importTauBench,
  "mini-swe-agent": (file) => [importMiniSweAgent(file)],
  "ai-sdk-streams": (file) => [importStream(file)],
};

const pack = z.array(z.object({ path: z.string(), text: z.string() }));

/** All recorded runs of a source that come with this package. Reads and parses them anew at each call: 0.1 to 0.6 s. */
export function loadRecordings(source: RecordingSource): RecordedRun[] {
  return readRecordingFiles(source).flatMap(IMPORTERS[source]);
}

/** The files of a source, as their publisher has them. */
export function readRecordingFiles(source: RecordingSource): RecordingFile[] {
  const name = `${source}.json.br`;
  const packed = readFileSync(new URL(`../../recordings/${name}`, import.meta.url));
  return parseShape(pack, brotliDecompressSync(packed).toString("utf8"), name);
}
