import { setTimeout as delay } from "node:timers/promises";
import type { TelemetryEvent } from "@charm/telemetry-core";
import type { HttpIntake, IntakeRequest, IntakeUnits } from "../../intakes/index.ts";
import type { ExporterAccount } from "../account.ts";
import type { AttachedExporter, Called } from "../attach.ts";
import type { Bench } from "../bench.ts";
import { runEvents } from "../../sample-runs.ts";

/** How long a case waits for what should come soon; generous, for loaded machines. */
const PATIENCE_MS = 3000;

/** An exporter that has been started with a backend on loopback. */
export class Connection {
  readonly intake: HttpIntake;
  readonly exporter: AttachedExporter;
  readonly #bench: Bench;
  readonly #requestsBefore: number;
  readonly #unitsBefore: IntakeUnits;

  private constructor(bench: Bench, intake: HttpIntake, exporter: AttachedExporter) {
    this.#bench = bench;
    this.intake = intake;
    this.exporter = exporter;
    this.#requestsBefore = intake.requests.length;
    this.#unitsBefore = intake.units;
  }

  /** @param deadlineMs of each call. */
  static async open(bench: Bench, deadlineMs: number = 3 * PATIENCE_MS): Promise<Connection> {
    const intake = await bench.intake();
    return new Connection(bench, intake, await bench.start({ deadlineMs }));
  }

  get account(): ExporterAccount {
    return this.exporter.account;
  }

  /** What has come to the backend since this exporter was started. */
  get requests(): readonly IntakeRequest[] {
    return this.intake.requests.slice(this.#requestsBefore);
  }

  /** Likewise. */
  get units(): IntakeUnits {
    const { received, acknowledged, duplicates } = this.intake.units;
    return {
      received: received - this.#unitsBefore.received,
      acknowledged: acknowledged - this.#unitsBefore.acknowledged,
      duplicates: duplicates - this.#unitsBefore.duplicates,
    };
  }

  /** Hands over events, a run's unless given. A hook may fail while its backend does: its host counts that. */
  async play(events: readonly TelemetryEvent[] = runEvents()): Promise<void> {
    for (const event of events) await this.exporter.hand(event);
  }

  /** Plays events, flushes, and waits until nothing is pending, or for too long. */
  async deliver(events?: readonly TelemetryEvent[]): Promise<void> {
    await this.play(events);
    await this.exporter.flush();
    await this.settle();
  }

  /** Resolves when nothing is pending, or when that takes too long. */
  async settle(): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (this.account.pending > 0 && performance.now() < endMs) await delay(2);
  }

  /**
   * Calls `flush` or `shutdown`, aborts its signal when so many requests have come to the backend, or after `withinMs`,
   * and reports it if it does not end then.
   */
  async cutShort(method: "flush" | "shutdown", requests: number, withinMs: number = PATIENCE_MS / 2): Promise<Called> {
    const stop = new AbortController();
    const ending = this.exporter[method](stop.signal);
    await Promise.race([
      ending,
      this.intake.waitForRequests(this.#requestsBefore + requests, withinMs).catch(() => {}),
    ]);
    stop.abort();
    const called = await ending;
    if (!called.isOk && called.isLate) this.#bench.report(`${method}() ends when its signal aborts`, called.error);
    return called;
  }

  /** Reports what is still pending. */
  checkSettled(when: string): void {
    const { account } = this;
    if (account.pending > 0) this.#bench.report(`all events have been settled ${when}`, accountText(account));
  }

  /**
   * Reports events that count as delivered though the backend has taken none. Some may: those of hooks that send
   * nothing are delivered when they return.
   */
  checkNotDelivered(when: string): void {
    const { account } = this;
    const isAllDelivered = account.accepted > 0 && account.delivered === account.accepted;
    if (isAllDelivered || (account.units.spans ?? 0) > 0)
      this.#bench.report(
        `what the backend has not acknowledged is not counted as delivered ${when}`,
        accountText(account),
      );
  }
}

/** What a run comes to at a backend that is well: as sent by another exporter of the same kind. */
export interface Normal {
  readonly requests: number;
  /** Spans, or what the backend calls so. */
  readonly units: number;
}

export async function measureNormal(bench: Bench, events?: readonly TelemetryEvent[]): Promise<Normal> {
  const connection = await Connection.open(bench);
  await connection.deliver(events);
  return { requests: connection.requests.length, units: connection.units.acknowledged };
}

/** An account in a sentence. */
export function accountText({ accepted, outcomes, pending, units }: ExporterAccount): string {
  const counts = Object.entries({ ...outcomes, pending }).map(([name, count]) => `${count} ${name}`);
  const sent = Object.entries(units).map(([name, count]) => `${count} ${name}`);
  return `of ${accepted} events ${counts.join(", ")}${sent.length === 0 ? "" : ` (sent: ${sent.join(", ")})`}`;
}
