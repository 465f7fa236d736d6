import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { programPath } from "./paths.mjs";

const KEPT_VARIABLES = ["PATH", "HOME", "TMPDIR", "LANG"];

/** The same for every subject on every machine, with a secret to be masked, as agents have one. */
function environmentOf(extra) {
  const kept = KEPT_VARIABLES.filter((name) => process.env[name] !== undefined).map((name) => [
    name,
    process.env[name],
  ]);
  return { ...Object.fromEntries(kept), OPENAI_API_KEY: "not-a-real-key-only-for-the-benchmarks", ...extra };
}

/**
 * Runs one program in a process of its own and returns what it reports (one JSON object on fd 3), with the times at
 * which it was started and ended.
 *
 * @param stdout a file descriptor, closed here once the program has it; nowhere unless given.
 * @param timeoutMs the program is killed after it; `isKilled` then.
 * @param flags for Node itself.
 */
export async function runProgram(
  name,
  input,
  { stdout = "ignore", environment = {}, timeoutMs = 60_000, flags = [] } = {},
) {
  const path = programPath(name);
  const [command, args] = name.endsWith(".py") ? ["python3", [path]] : [process.execPath, [...flags, path]];
  const startNs = process.hrtime.bigint();
  const child = spawn(command, [...args, JSON.stringify(input)], {
    stdio: ["ignore", stdout, "pipe", "pipe"],
    env: environmentOf(environment),
  });
  if (typeof stdout === "number") closeSync(stdout);

  const report = textOf(child.stdio[3]);
  const stderr = textOf(child.stderr);
  let isKilled = false;
  const timer = setTimeout(() => {
    isKilled = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const { code, signal } = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
  const endNs = process.hrtime.bigint();
  clearTimeout(timer);

  const text = await report;
  if (text === "" || (code !== 0 && signal === null))
    throw new Error(
      `${name} ${JSON.stringify(input)} ended with ${code ?? signal}: ${(await stderr).trim().slice(-2000)}`,
    );
  return { ...JSON.parse(text), startNs, endNs, isKilled, stderr: await stderr };
}

async function textOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
