/**
 * Telemetry without a line of code: `node --import @charm/telemetry-core/auto agent.js`.
 *
 * Opens one run for the process with the runner's input, turns what the agent prints into thinking events, and ends the
 * run when the process does. Imported through `--import` only: it waits for the manager before the agent starts.
 */
import { readFileSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { isMainThread } from "node:worker_threads";
import { TelemetryManager } from "./manager.ts";
import { interceptPrints } from "./prints.ts";
import { EVENT_PREFIX } from "./stdout/protocol.ts";

/** Set for the children of an agent, which inherit `NODE_OPTIONS` and are not agents themselves. */
const MARK = "CHARM_TELEMETRY_AUTO";
const STARTER = /^(?:npm|npx|pnpm|pnpx|yarn|corepack)(?:-cli|-[\d.]+)?(?:\.[cm]?js)?$/;
/** These are known by their package: the files in them have common names. */
const STARTER_FOLDER =
  /[\\/]node_modules[\\/](?:npm|pnpm|yarn|corepack|tsx|nodemon|cross-env|dotenv-cli)[\\/](?!.*[\\/]node_modules[\\/])/;
/** Where the cloud's runner puts the input of a Node agent. */
const CONTAINER_INPUT = "/app/artifacts_mount/input.json";

if (isMainThread && process.env[MARK] === undefined && !isStarter()) {
  process.env[MARK] = String(process.pid);
  await start();
}

async function start(): Promise<void> {
  const manager = await TelemetryManager.load();
  const { emitter } = manager;
  const giveLastLine = interceptPrints((line) => {
    if (line.startsWith(EVENT_PREFIX)) emitter.passOn(line);
    else if (line.trim() !== "") emitter.thinking(`${line}\n`);
  });
  manager.openProcessRun(readInput(), giveLastLine);
}

/** `npm start` and `tsx agent.ts` under `NODE_OPTIONS` run a program that starts the agent with our preload first. */
function isStarter(): boolean {
  const program = process.argv[1] ?? "";
  return STARTER.test(basename(program)) || STARTER_FOLDER.test(realPathOf(program));
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // Node itself will say so
  }
}

/** The runner's input, or an empty one: an agent may well be started without. */
function readInput(): unknown {
  for (const path of [process.env["CHARM_INPUT_FILE"], CONTAINER_INPUT]) {
    if (path === undefined || path === "") continue;
    try {
      return JSON.parse(readFileSync(path, "utf8")) as unknown;
    } catch {
      // Not there, or not JSON: the agent itself will say so if it needs it.
    }
  }
  return {};
}
