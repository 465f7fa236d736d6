import { parseArgs } from "node:util";
import { TelemetryError } from "@charm/telemetry-core";
import { parseFault } from "@charm/telemetry-testkit/intakes";
import type { Fault } from "@charm/telemetry-testkit/intakes";
import { STAND_INS } from "./stand-ins.ts";

export interface DemoOptions {
  readonly runs: number;
  readonly parallel: number;
  /** 1 is lifelike, 0 as fast as possible. */
  readonly pace: number;
  /** What is wrong with the backends, and the word for it. */
  readonly fault: { readonly name: string; readonly fault: Fault } | undefined;
  readonly exporters: readonly string[];
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

/** All that the agent's charm.yaml lists. */
const DEFAULT_EXPORTERS = [...STAND_INS.keys()].join(",");

export const HELP: string = `Runs a recorded agent as the Charm cloud would, forwards its events to a stand-in of
each exporter's backend on loopback, and checks that every event is accounted for.

  npm run demo -- [options]

  --fault <fault>      breaks the backend: hang, reset, refuse, slow, lost-ack,
                       half-answer, or a status such as 500, 429, 403
  --runs <n>           conversations (12)
  --parallel <n>       conversations at a time (4)
  --pace <n>           1 is lifelike, 0 as fast as possible (1)
  --exporters <names>  some of ${[...STAND_INS.keys()].join(", ")} (all)
  --json               the result as JSON on stdout, everything else on stderr
  --help

Exit code: 0 all is accounted for, 1 something is not, 2 wrong usage, 130 stopped.
NO_COLOR=1 switches colours off.
`;

/** @throws TelemetryError `INVALID_ARGUMENT` that says which argument, and what it may be. */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parse(args);
  return {
    runs: wholeNumber("--runs", values.runs),
    parallel: wholeNumber("--parallel", values.parallel),
    pace: paceOf(values.pace),
    fault: values.fault === undefined ? undefined : { name: values.fault, fault: faultOf(values.fault) },
    exporters: exportersOf(values.exporters),
    isJson: values.json,
    isHelp: values.help,
  };
}

function parse(args: readonly string[]): {
  values: {
    fault?: string;
    runs: string;
    parallel: string;
    pace: string;
    exporters: string;
    json: boolean;
    help: boolean;
  };
} {
  try {
    return parseArgs({
      // `npm run demo -- --json` may hand over the dashes too.
      args: args[0] === "--" ? args.slice(1) : [...args],
      options: {
        fault: { type: "string" },
        runs: { type: "string", default: "12" },
        parallel: { type: "string", default: "4" },
        pace: { type: "string", default: "1" },
        exporters: { type: "string", default: DEFAULT_EXPORTERS },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TelemetryError("INVALID_ARGUMENT", message, { fix: "See --help." });
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1) return Number(text);
  throw wrong(name, text, "a whole number from 1 to 99999");
}

function paceOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw wrong("--pace", text, "a number, 0 or more");
}

function faultOf(text: string): Fault {
  try {
    return parseFault(text);
  } catch (error) {
    if (!TelemetryError.is(error)) throw error;
    throw new TelemetryError("INVALID_ARGUMENT", `--fault: ${error.message}`, { fix: error.fix ?? "See --help." });
  }
}

function exportersOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !STAND_INS.has(name));
  if (unknown !== undefined) throw wrong("--exporters", unknown, `one or more of ${[...STAND_INS.keys()].join(", ")}`);
  return [...new Set(names)];
}

function wrong(name: string, text: string, accepted: string): TelemetryError {
  return new TelemetryError("INVALID_ARGUMENT", `${name} cannot be "${text}".`, { fix: `It is ${accepted}.` });
}
