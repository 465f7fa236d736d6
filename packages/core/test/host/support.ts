import type { EventContext, HookName } from "../../src/events.ts";
import type { Outcome, Unit } from "../../src/exporter.ts";
import type { HostEvent } from "../../src/host/event.ts";
import { hostEvent } from "../../src/host/event.ts";
import { Lane } from "../../src/host/lane.ts";
import type { LaneOptions } from "../../src/host/lane.ts";
import type { LaneAccount } from "../../src/host/account.ts";
import { HOST_LIMITS } from "../../src/host/limits.ts";
import type { HostLimits } from "../../src/host/limits.ts";
import type { ExporterState } from "../../src/ledger.ts";
import { Masker } from "../../src/secrets.ts";
import { errorText } from "../../src/snapshot.ts";
import { contextOf } from "../support/event-context.ts";
import { START_INFO } from "../support/recording-host.ts";

/** Keeps what a lane says of itself. */
export class RecordingAccount implements LaneAccount {
  readonly states: ExporterState[] = [];
  readonly outcomes: Partial<Record<Outcome, number>> = {};
  readonly units: Partial<Record<Unit, number>> = {};
  readonly errors: string[] = [];
  readonly warnings: string[] = [];
  taken = 0;
  settled = 0;

  state(state: ExporterState): void {
    this.states.push(state);
  }

  take(eventCount: number): void {
    this.taken += eventCount;
  }

  settle(eventCount: number, outcome: Outcome): void {
    this.settled += eventCount;
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + eventCount;
  }

  count(unit: Unit, amount: number): void {
    this.units[unit] = (this.units[unit] ?? 0) + amount;
  }

  latency(): void {}

  error(error: unknown): void {
    this.errors.push(errorText(error));
  }

  warn(message: string): void {
    this.warnings.push(message);
  }
}

export interface TestLane {
  readonly lane: Lane;
  readonly account: RecordingAccount;
  /** Pushes tokens. */
  readonly push: (...tokens: string[]) => void;
}

/** A lane that runs at once, as inline ones do, around an exporter or what makes it. */
export function laneOf(
  exporter: object | LaneOptions["load"],
  options: { limits?: Partial<HostLimits>; captureContent?: boolean } = {},
): TestLane {
  const account = new RecordingAccount();
  const lane: Lane = new Lane({
    name: "acme",
    account,
    limits: { ...HOST_LIMITS, ...options.limits },
    info: { ...START_INFO, captureContent: options.captureContent ?? true },
    load: typeof exporter === "function" ? (exporter as LaneOptions["load"]) : () => () => exporter,
    schedule: (due) => due.run(),
    sliceMs: Infinity,
  });
  lane.run();
  let sequence = 0;
  return {
    lane,
    account,
    push: (...tokens) => {
      for (const token of tokens) lane.push(tokenEvent(token, sequence++));
    },
  };
}

export function tokenEvent(token: string, sequence = 0): HostEvent {
  return eventOf("onLlmNewToken", [token], contextOf({ sequence }));
}

export function eventOf(hook: HookName, values: unknown[], context: EventContext = contextOf()): HostEvent {
  return hostEvent(hook, values[0], values[1], context, new Masker());
}

/** A promise that the test settles. */
export interface Deferred<Value = void> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<Value = void>(): Deferred<Value> {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
