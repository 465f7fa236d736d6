import type { StartInfo } from "../exporter.ts";
import { Masker } from "../secrets.ts";
import type { HostEvent } from "./event.ts";
import type { LaneAccount } from "./account.ts";
import { Lane } from "./lane.ts";
import type { HostLimits } from "./limits.ts";
import { telemetryVersion } from "./version.ts";

export interface LaneSpec {
  readonly name: string;
  readonly captureContent: boolean;
  readonly account: LaneAccount;
  readonly load: () => (() => object) | Promise<() => object>;
}

export interface LanesOptions {
  readonly agent: StartInfo["agent"];
  readonly isolation: "worker" | "inline";
  readonly limits: HostLimits;
  readonly secrets: ReadonlyMap<string, string>;
  /** Calls `lane.run()`, at once or soon; `place` is the lane's among `specs`. */
  readonly schedule: (lane: Lane, place: number) => void;
}

/** The lanes of one thread: every event goes to each of them. */
export class Lanes {
  readonly #specs: readonly LaneSpec[];
  readonly #options: LanesOptions;
  readonly #lanes: Lane[];
  /** Made for events that came after the end, see {@link revive}. */
  readonly #late = new Set<Lane>();
  #masker: Masker;

  constructor(specs: readonly LaneSpec[], options: LanesOptions) {
    this.#specs = specs;
    this.#options = options;
    this.#masker = new Masker(options.secrets);
    this.#lanes = specs.map((spec, place) => this.#lane(spec, place));
  }

  /** Starts the exporters. */
  open(): void {
    this.#lanes.forEach((lane, place) => this.#options.schedule(lane, place));
  }

  get masker(): Masker {
    return this.#masker;
  }

  setSecrets(secrets: ReadonlyMap<string, string>): void {
    this.#masker = new Masker(secrets);
  }

  at(place: number): Lane | undefined {
    return this.#lanes[place];
  }

  push(event: HostEvent): void {
    for (const lane of this.#lanes) lane.push(event);
  }

  async flush(timeoutMs: number): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.flush(timeoutMs)));
  }

  async end(timeoutMs: number): Promise<void> {
    await Promise.all(
      this.#lanes.map((lane) => (this.#late.has(lane) ? endLate(lane, timeoutMs) : lane.end(timeoutMs))),
    );
  }

  /**
   * Events are coming although the end was asked for: exit listeners of the agent may run after ours. An exporter that
   * has been shut down cannot be called again, so a new one is made for them.
   */
  revive(place: number): Lane | undefined {
    const spec = this.#specs[place];
    const ended = this.#lanes[place];
    if (spec === undefined || ended?.isEnding !== true) return ended;
    const lane = this.#lane(spec, place);
    this.#lanes[place] = lane;
    this.#late.add(lane);
    this.#options.schedule(lane, place);
    return lane;
  }

  #lane(spec: LaneSpec, place: number): Lane {
    const { agent, isolation, limits, schedule } = this.#options;
    return new Lane({
      name: spec.name,
      account: spec.account,
      limits,
      info: {
        agent,
        runtime: { name: "node", version: process.version, telemetryVersion: telemetryVersion(), isolation },
        captureContent: spec.captureContent,
        mask: (text) => this.#masker.mask(text),
      },
      load: spec.load,
      schedule: (lane) => schedule(lane, place),
      // Inline, one event after the other comes and is handed over at once.
      sliceMs: isolation === "worker" ? limits.sliceMs : Infinity,
    });
  }
}

/** More may follow: an exporter that can flush is kept for it. */
async function endLate(lane: Lane, timeoutMs: number): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  await lane.flush(timeoutMs);
  if (!lane.hasFlush) await lane.end(endsAt - performance.now());
}
