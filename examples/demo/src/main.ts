import { TelemetryError } from "@charm/telemetry-core";
import { Board } from "./board.ts";
import { HELP, parseOptions } from "./options.ts";
import type { DemoOptions } from "./options.ts";
import { checksOf } from "./outcome.ts";
import type { Check, Outcome } from "./outcome.ts";
import { runDemo } from "./run-demo.ts";
import { createScreen } from "./screen.ts";
import { summaryLines } from "./summary.ts";

const EXIT = { good: 0, problems: 1, usage: 2, stopped: 130 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) return EXIT.usage;
  if (options.isHelp) {
    process.stdout.write(HELP);
    return EXIT.good;
  }
  const board = new Board();
  const screen = createScreen(options.isJson ? process.stderr : process.stdout, board, titleOf(options));
  const stopping = stopOnInterrupt(() => screen.print("Stopping the agent …"));
  const outcome = await runDemo(options, { board, onEvent: (event) => screen.show(event), signal: stopping.signal });
  stopping.release();
  screen.finish();
  const checks = checksOf(outcome);
  const isStopped = outcome.agent.endedBy === "abort";
  if (isStopped) screen.print(`Stopped: the agent was told to end, its exit code was ${outcome.agent.exitCode}.`);
  else screen.print(`\n${summaryLines(outcome, checks, screen).join("\n")}`);
  const isGood = !isStopped && checks.every(({ isTrue }) => isTrue);
  if (options.isJson) process.stdout.write(`${JSON.stringify(resultOf(outcome, checks, isGood), undefined, 2)}\n`);
  if (isStopped) return EXIT.stopped;
  return isGood ? EXIT.good : EXIT.problems;
}

function readOptions(args: readonly string[]): DemoOptions | undefined {
  try {
    return parseOptions(args);
  } catch (error) {
    if (!TelemetryError.is(error)) throw error;
    process.stderr.write(`demo: ${error.message} ${error.fix ?? ""}\n`);
    return undefined;
  }
}

function titleOf({ exporters, fault }: DemoOptions): string {
  const backends = exporters.join(", ");
  return `airline-agent → stdout, ${backends}${fault === undefined ? "" : ` (broken: ${fault.name})`}`;
}

/** The first Ctrl-C lets the agent end its runs; the second one ends everything at once. */
function stopOnInterrupt(onStop: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.stopped);
    onStop();
    controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return { signal: controller.signal, release: () => void process.off("SIGINT", stop).off("SIGTERM", stop) };
}

function resultOf({ standIns, ...outcome }: Outcome, checks: readonly Check[], isGood: boolean): object {
  return { isGood, ...outcome, standIns: Object.fromEntries(standIns), checks };
}
