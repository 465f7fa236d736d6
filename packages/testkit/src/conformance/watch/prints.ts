import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { format } from "node:util";
import { replace } from "./replace.ts";

const TO_STDOUT = [
  "log",
  "info",
  "debug",
  "dir",
  "dirxml",
  "table",
  "group",
  "groupCollapsed",
  "count",
  "timeEnd",
  "timeLog",
] as const;
const TO_STDERR = ["error", "warn", "trace", "assert"] as const;

/**
 * Keeps all prints from the streams and hands them to `told` instead. Consoles are replaced too: a test runner's own
 * does not print to this process's streams; and so are writes to the descriptor, which is how fast loggers print.
 *
 * @returns what puts everything back.
 */
export function watchPrints(told: (stream: "stdout" | "stderr", text: string) => void): () => void {
  const write =
    (stream: "stdout" | "stderr") =>
    (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      told(stream, typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
      const done = rest.at(-1);
      if (typeof done === "function") process.nextTick(done as () => void);
      return true;
    };
  const print =
    (stream: "stdout" | "stderr") =>
    (...values: unknown[]): void =>
      told(stream, format(...values));
  const { writeSync, write: writeAsync } = fs;
  const restores = [
    replace(process.stdout, "write", write("stdout")),
    replace(process.stderr, "write", write("stderr")),
    ...TO_STDOUT.map((method) => replace(console, method, print("stdout"))),
    ...TO_STDERR.map((method) => replace(console, method, print("stderr"))),
    replace(fs, "writeSync", ((...values: Parameters<typeof writeSync>) => {
      if (values[0] !== 1) return writeSync(...values);
      const text = String(values[1]);
      told("stdout", text);
      return Buffer.byteLength(text);
    }) as typeof writeSync),
    replace(fs, "write", ((...values: Parameters<typeof writeAsync>) => {
      if (values[0] !== 1) return writeAsync(...values);
      const text = String(values[1]);
      told("stdout", text);
      const done = values.at(-1) as unknown as (error: null, written: number, text: unknown) => void;
      process.nextTick(done, null, Buffer.byteLength(text), values[1]);
    }) as typeof writeAsync),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const restore of restores.toReversed()) restore();
    syncBuiltinESMExports();
  };
}
