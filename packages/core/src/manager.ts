import { Dispatcher } from "./dispatch.ts";
import type { DispatchTarget } from "./dispatch.ts";
import { Diagnostics } from "./diagnostics.ts";
import { endError, endWithoutWaiting, watchEnds } from "./ends.ts";
import type { EndReason } from "./ends.ts";
import type { HookName } from "./events.ts";
import type { TelemetryHealth } from "./health.ts";
import { createInlineHost } from "./host/inline.ts";
import { uuidv7 } from "./ids.ts";
import { Recorder } from "./recorder.ts";
import { Run } from "./run.ts";
import type { RunOptions } from "./run.ts";
import { inRun } from "./run-scope.ts";
import { collectSecrets, Masker } from "./secrets.ts";
import { resolveSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { errorText, memberOf, textMemberOf } from "./snapshot.ts";
import { formatProblem } from "./errors.ts";
import { partsOf } from "./manager-parts.ts";
import type { ManagerOptions, ManagerParts } from "./manager-parts.ts";
import { CharmEmitter } from "./stdout/emitter.ts";
import { CharmEmitterExporter } from "./stdout/exporter.ts";
import { processWriter } from "./stdout/writer.ts";

/** Of the time that the end of the process may take: what a natural end keeps for closing. */
const END_SHARE = 0.25;
/** A backend that took all the time leaves some for what people are to read. */
const MIN_PRINT_MS = 50;

const PARTS = Symbol("parts");
const SHARED = Symbol.for("charm.telemetry.manager");

/**
 * Takes the lifecycle events of a process's runs and hands each to stdout and to every exporter.
 *
 * `await TelemetryManager.load()` is how an agent gets one; its methods return at once and never throw.
 */
export class TelemetryManager {
  readonly #settings: Settings;
  readonly #diagnostics: Diagnostics;
  readonly #declaredVariables: readonly string[];
  readonly #recorder: Recorder;
  readonly #dispatcher: Dispatcher;
  readonly #emitter: CharmEmitter;
  readonly #agentName: string;
  readonly #runs = new Map<string, Run>();
  #masker = new Masker();
  #environmentId: string | undefined;
  #processRun: Run | undefined;
  #beforeProcessRunEnds: () => void = () => {};
  /** Events that the last wait before a natural end was for, and when the end's deadline is because of it. */
  #settled = { events: 0, deadline: 0 };
  #shutdown: Promise<TelemetryHealth> | undefined;

  /** With instances, in this thread, for tests and programs; call `shutdown` at the end. Agents use {@link load}. */
  constructor(options: ManagerOptions = {}) {
    const { [PARTS]: loaded } = options as { [PARTS]?: ManagerParts };
    const parts = loaded ?? partsOf(options);
    const { settings, problems } = resolveSettings(process.env);
    this.#settings = settings;
    this.#environmentId = settings.runId;
    this.#declaredVariables = parts.declaredVariables;
    this.#agentName = parts.agent.name;
    this.#diagnostics = new Diagnostics(settings.debug);
    this.#emitter = new CharmEmitter({
      writer: processWriter(settings.stdoutBufferBytes),
      masker: this.#masker,
      maxLineBytes: settings.stdoutMaxLineBytes,
    });
    this.#readSecrets();
    for (const problem of problems) this.#diagnostics.warn(formatProblem(problem));
    for (const warning of parts.warnings) this.#diagnostics.warn(warning);

    const { createHost = createInlineHost } = parts;
    const host = createHost(parts.exporters, {
      agent: parts.agent,
      settings,
      secrets: this.#masker.secrets,
      warn: this.#diagnostics.warn,
      debug: this.#diagnostics.debug,
    });
    this.#recorder = new Recorder(
      parts.hasStdout ? new CharmEmitterExporter({ emitter: this.#emitter, mode: settings.stdout }) : undefined,
      host,
      this.#diagnostics.warn,
    );
    this.#dispatcher = new Dispatcher(this.#dispatchTarget(this.#recorder));
    if (parts.watchesEnds) {
      watchEnds({ settle: () => this.#settle(), end: (reason) => this.#end(reason) }, settings.signals);
    }
    this.#diagnostics.debug(
      `manager of ${parts.agent.name} with ${parts.exporters.length} exporter(s): ${parts.exporters.map(({ name }) => name).join(", ")}`,
    );
  }

  /**
   * The process's manager: reads `charm.yaml` (from `directory` up to the nearest package.json) and starts the exporters
   * that `runtime.telemetry` names. Without either, events go to stdout alone. Later calls return the first's manager.
   *
   * Mistakes in the file and exporters that cannot be found are warnings on stderr, never an exception.
   *
   * @param directory the working directory unless given.
   */
  static load(directory?: string): Promise<TelemetryManager> {
    const shared = globalThis as { [SHARED]?: Promise<TelemetryManager> };
    // Made by whichever copy of core came first: one process, one manager.
    shared[SHARED] ??= import("./load.ts").then(async ({ findParts }) =>
      TelemetryManager.#from(await findParts(directory)),
    );
    return shared[SHARED];
  }

  static #from(parts: ManagerParts): TelemetryManager {
    return new TelemetryManager({ [PARTS]: parts } as ManagerOptions);
  }

  /** Writes other kinds of events to stdout, such as `status` and `artifact`, in order with the runs' own. */
  get emitter(): CharmEmitter {
    return this.#emitter;
  }

  /**
   * Upstream's call: a hook by name, with its arguments and, if known, ids. Without ids the event belongs to the
   * surrounding `withRun`, else to the only open run, else to the run dispatched last.
   */
  dispatch(hook: HookName, ...args: readonly unknown[]): void {
    try {
      this.#dispatcher.dispatch(hook, args);
    } catch (error) {
      this.#diagnostics.warn(`dispatch: ${errorText(error)}`);
    }
  }

  /** Opens a run: end it with `end` or `fail`. */
  startRun(inputs: unknown = {}, options: RunOptions = {}): Run {
    this.#readSecrets();
    const run = new Run(
      this.#recorder,
      { runId: this.#runId(textMemberOf(options, "runId")), name: textMemberOf(options, "name") ?? this.#agentName },
      inputs,
      options,
      (ended) => this.#runs.delete(ended.runId),
    );
    this.#runs.set(run.runId, run);
    return run;
  }

  /**
   * Runs `fn` as a run: what it returns are the outputs, what it throws is the error (and is thrown on). Inside it,
   * `dispatch` without ids belongs to this run.
   *
   * On Node 20 and 22 every `await` of the process costs more while a `withRun` is open; `startRun` has no such cost.
   */
  async withRun<Result>(
    inputs: unknown,
    fn: (run: Run) => Result | Promise<Result>,
    options: RunOptions = {},
  ): Promise<Awaited<Result>> {
    const run = this.startRun(inputs, options);
    try {
      const outputs = await inRun(run, () => fn(run));
      if (!run.isEnded) run.end(outputs);
      return outputs;
    } catch (error) {
      if (!run.isEnded) run.fail(error);
      throw error;
    }
  }

  /** One view of stdout and all exporters, now. */
  health(): TelemetryHealth {
    return this.#recorder.health();
  }

  /**
   * Delivers what has been recorded so far, within `timeoutMs` (10 seconds unless given). Never rejects: the report says
   * what was not delivered.
   */
  flush(options: { readonly timeoutMs?: number } = {}): Promise<TelemetryHealth> {
    return this.#flush(timeoutOf(options, 10_000));
  }

  async #flush(timeoutMs: number): Promise<TelemetryHealth> {
    await Promise.all([this.#emitter.writer.flush(timeoutMs), this.#recorder.host.flush(timeoutMs)]);
    return this.health();
  }

  /**
   * Delivers everything and releases the exporters, once, within `timeoutMs` (`CHARM_TELEMETRY_SHUTDOWN_MS` unless
   * given): later calls get the first's report. Events that come later are still written to stdout, and counted as
   * `after_shutdown` for exporters.
   */
  shutdown(options: { readonly timeoutMs?: number } = {}): Promise<TelemetryHealth> {
    this.#shutdown ??= this.#shutDown(timeoutOf(options, this.#settings.shutdownMs));
    return this.#shutdown;
  }

  async #shutDown(timeoutMs: number): Promise<TelemetryHealth> {
    const deadline = performance.now() + timeoutMs;
    this.#dispatcher.endMadeRun();
    await this.#recorder.host.shutdown(timeoutMs);
    this.#recorder.stdout?.emitReport(this.health());
    await this.#emitter.writer.flush(Math.max(MIN_PRINT_MS, deadline - performance.now()));
    return this.health();
  }

  /**
   * The run that the whole process is, for `auto`: dispatched events without ids belong to it, and it ends with the
   * process.
   *
   * @param beforeEnd called when the process ends, before the run does.
   */
  openProcessRun(inputs: unknown, beforeEnd: () => void = () => {}): Run {
    this.#processRun = this.startRun(inputs);
    this.#beforeProcessRunEnds = beforeEnd;
    return this.#processRun;
  }

  #dispatchTarget(recorder: Recorder): DispatchTarget {
    return {
      recorder,
      openRun: (inputs, options) => this.startRun(inputs, options),
      openRuns: () => this.#runs.values(),
      processRun: () => (this.#processRun?.isEnded === false ? this.#processRun : undefined),
      warnOnce: this.#diagnostics.warn,
    };
  }

  #runId(wanted: string | undefined): string {
    const runId = wanted ?? this.#environmentId;
    this.#environmentId = undefined; // names the first run only
    if (runId === undefined) return uuidv7();
    if (runId.length > 512) {
      this.#diagnostics.warn("A run id is longer than 512 characters: a new one is used.");
      return uuidv7();
    }
    if (!this.#runs.has(runId)) return runId;
    this.#diagnostics.warn(`The run id "${runId}" is still open: a second run of that id gets a new one.`);
    return uuidv7();
  }

  /** Variables may have been set since the last run. */
  #readSecrets(): void {
    const secrets = collectSecrets(process.env, this.#declaredVariables);
    if (isSame(secrets, this.#masker.secrets)) return;
    this.#masker = new Masker(secrets);
    this.#emitter.setMasker(this.#masker);
    this.#diagnostics.mask = (text) => this.#masker.mask(text);
    // Absent while the constructor runs: the host is then given them anyway.
    (this.#recorder as Recorder | undefined)?.host.setSecrets(secrets);
  }

  /** Before a natural end, while there is time: delivers without blocking. */
  async #settle(): Promise<void> {
    // `beforeExit` comes again after every wait: without new events there is nothing left to wait for.
    const { recorded } = this.#recorder.counts;
    if (recorded === this.#settled.events) return;
    const { shutdownMs } = this.#settings;
    this.#settled = { events: recorded, deadline: performance.now() + shutdownMs };
    // The rest of the time is for the end itself: both together keep the deadline.
    await this.#flush(shutdownMs * (1 - END_SHARE));
  }

  /** At the end of the process: closes what is open, and waits for delivery until the deadline. */
  #end(reason: EndReason): void {
    const deadline = this.#endDeadline();
    this.#dispatcher.endMadeRun();
    const isFailure = reason.kind === "signal" || reason.code !== 0;
    this.#processRunEnded(reason, isFailure);
    this.#recorder.abortAll(endError(reason), isFailure);
    // Lines stop waiting for prints that Node holds back: those are lost in any case.
    this.#emitter.writer.flushSync(performance.now());
    this.#drain(deadline);
    this.#recorder.stdout?.emitReport(this.health());
    this.#emitter.writer.flushSync(Math.max(deadline, performance.now() + MIN_PRINT_MS));
    // An exit listener of the agent that runs after ours may still emit: nothing comes after it that could deliver.
    this.#recorder.afterEnd = () => {
      this.#drain(deadline);
      this.#emitter.writer.flushSync(deadline);
    };
    if (reason.kind === "exit" && this.#recorder.host.isStuck)
      endWithoutWaiting(Number(process.exitCode ?? reason.code));
  }

  /** What has been waited before a natural end is not waited again. */
  #endDeadline(): number {
    const { shutdownMs } = this.#settings;
    const hasSettled = this.#settled.events > 0 && this.#settled.events === this.#recorder.counts.recorded;
    return hasSettled
      ? Math.max(this.#settled.deadline, performance.now() + shutdownMs * END_SHARE)
      : performance.now() + shutdownMs;
  }

  #processRunEnded(reason: EndReason, isFailure: boolean): void {
    this.#beforeProcessRunEnds();
    if (this.#processRun === undefined || this.#processRun.isEnded) return;
    if (reason.kind === "exit" && !isFailure) this.#processRun.endSilently({});
    else if (reason.kind === "exit" && reason.error !== undefined) this.#processRun.fail(reason.error);
    else if (reason.kind === "exit") this.#processRun.fail(endError(reason));
  }

  #drain(deadline: number): void {
    const { writer } = this.#emitter;
    this.#recorder.host.drainSync(deadline, () => writer.pump());
  }
}

/** More does not fit a timer, which then fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

function timeoutOf(options: unknown, fallback: number): number {
  const timeoutMs = memberOf(options, "timeoutMs");
  return typeof timeoutMs === "number" && timeoutMs >= 0 ? Math.min(timeoutMs, MAX_TIMEOUT_MS) : fallback;
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false;
  for (const [value, name] of one) if (other.get(value) !== name) return false;
  return true;
}
