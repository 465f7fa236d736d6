import { fileURLToPath } from "node:url";
import { runAgent } from "@charm/telemetry-runner";
import type { CharmEvent } from "@charm/telemetry-runner";
import type { Board } from "./board.ts";
import type { DemoOptions } from "./options.ts";
import { healthOf } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { STAND_INS } from "./stand-ins.ts";
import type { StandIn } from "./stand-ins.ts";

const AGENT_FOLDER = fileURLToPath(new URL("../../airline-agent/", import.meta.url));

export interface DemoHooks {
  readonly board: Board;
  /** After each event that the board has been told of. */
  readonly onEvent: (event: CharmEvent) => void;
  readonly signal: AbortSignal;
}

/** Runs the agent against stand-ins of its exporters' backends. */
export async function runDemo(options: DemoOptions, { board, onEvent, signal }: DemoHooks): Promise<Outcome> {
  const standIns: StandIn[] = [];
  try {
    for (const name of options.exporters) {
      const start = STAND_INS.get(name);
      if (start !== undefined) standIns.push(await start(options.fault?.fault));
    }
    let health: Outcome["health"];
    const agent = await runAgent(AGENT_FOLDER, {
      input: { conversations: options.runs, parallel: options.parallel, pace: options.pace },
      environment: environmentFor(standIns),
      signal,
      onEvent: (event) => {
        health = healthOf(event) ?? health;
        board.apply(event, performance.now());
        onEvent(event);
      },
    });
    return {
      fault: options.fault?.name,
      wantedRuns: options.runs,
      agent,
      totals: board.totals,
      read: { ...board.read },
      health,
      standIns: new Map(standIns.map((standIn) => [standIn.exporter, standIn.account()])),
    };
  } finally {
    await Promise.all(standIns.map((standIn) => standIn.close()));
  }
}

/** What the agent's exporters are told. Where they could not run in a thread of their own, the demo has to fail. */
function environmentFor(standIns: readonly StandIn[]): Record<string, string> {
  const told = standIns.flatMap(({ environment }) => Object.entries(environment));
  return { CHARM_TELEMETRY_ISOLATION: "worker", ...Object.fromEntries(told) };
}
