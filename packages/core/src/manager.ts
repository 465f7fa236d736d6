import { Delivery } from "./delivery.ts";
import { Diagnostics } from "./diagnostics.ts";
import { Dispatcher } from "./dispatch.ts";
import { watchEnds } from "./ends.ts";
import { formatProblem } from "./errors.ts";
import type { HookName } from "./events.ts";
import type { TelemetryHealth } from "./health.ts";
import { createInlineHost } from "./host/inline.ts";
import { uuidv7 } from "./ids.ts";
import { findSetup } from "./load.ts";
import { ProcessRun } from "./process-run.ts";
import { ProcessSecrets } from "./process-secrets.ts";
import { Recorder } from "./recorder.ts";
import { Run } from "./run.ts";
import type { RunOptions } from "./run.ts";
import { inRun } from "./run-scope.ts";
import { resolveSettings } from "./settings.ts";
import { setupOf } from "./setup.ts";
import type { ManagerOptions, Setup } from "./setup.ts";
import { maskCutsWith } from "./cut-text.ts";
import { errorText, memberOf, textMemberOf } from "./snapshot.ts";
import { CharmEmitter } from "./stdout/emitter.ts";
import { CharmEmitterExporter } from "./stdout/exporter.ts";
import { processWriter } from "./stdout/writer.ts";

const SETUP = Symbol("setup");
const SHARED = Symbol.for("charm.telemetry.manager");

/**
 * Takes the lifecycle events of a process's runs and hands each to stdout and to every exporter.
 *
 * `await TelemetryManager.load()` is how an agent gets one; its methods return at once and never throw.
 */
export class TelemetryManager {
  readonly #diagnostics: Diagnostics;
  readonly #secrets: ProcessSecrets;
  readonly #emitter: CharmEmitter;
  readonly #recorder: Recorder;
  readonly #dispatcher: Dispatcher;
  readonly #delivery: Delivery;
  readonly #agentName: string;
  readonly #shutdownMs: number;
  readonly #runs = new Map<string, Run>();
  #environmentId: string | undefined;
  #processRun: ProcessRun | undefined;
  #shutdown: Promise<TelemetryHealth> | undefined;

  /** With instances, in this thread, for tests and programs; call `shutdown` at the end. Agents use {@link load}. */
  constructor(options: ManagerOptions = {}) {
    const { [SETUP]: found } = options as { [SETUP]?: Setup };
    const setup = found ?? setupOf(options);
    const { settings, problems } = resolveSettings(process.env);
    this.#agentName = setup.agent.name;
    this.#shutdownMs = settings.shutdownMs;
    this.#environmentId = settings.runId;
    this.#secrets = new ProcessSecrets(setup.declaredVariables);
    this.#diagnostics = new Diagnostics(settings.debug);
    this.#diagnostics.mask = (text) => this.#secrets.masker.mask(text);
    maskCutsWith(this.#secrets.masker);
    for (const problem of problems) this.#diagnostics.warn(formatProblem(problem));
    for (const warning of setup.warnings) this.#diagnostics.warn(warning);

    this.#emitter = new CharmEmitter({
      writer: processWriter(settings.stdoutBufferBytes),
      masker: this.#secrets.masker,
      maxLineBytes: settings.stdoutMaxLineBytes,
    });
    const { createHost = createInlineHost } = setup;
    const host = createHost(setup.exporters, {
      agent: setup.agent,
      settings,
      secrets: this.#secrets.masker.secrets,
      warn: this.#diagnostics.warn,
      debug: this.#diagnostics.debug,
    });
    this.#recorder = new Recorder(
      setup.hasStdout ? new CharmEmitterExporter({ emitter: this.#emitter, mode: settings.stdout }) : undefined,
      host,
      this.#diagnostics.warn,
    );
    this.#dispatcher = new Dispatcher({
      recorder: this.#recorder,
      startRun: (inputs, context) => this.startRun(inputs, context),
      openRuns: this.#runs,
      processRun: () => this.#processRun?.open,
      warnOnce: this.#diagnostics.warn,
    });
    this.#delivery = new Delivery({
      recorder: this.#recorder,
      writer: this.#emitter.writer,
      shutdownMs: settings.shutdownMs,
      endOwnRuns: (reason) => {
        this.#dispatcher.endMadeRun();
        this.#processRun?.end(reason);
      },
    });
    if (setup.watchesEnds) watchEnds(this.#delivery, settings.signals);
    this.#diagnostics.debug(
      `manager of ${this.#agentName} with ${setup.exporters.length} exporter(s): ${setup.exporters.map(({ name }) => name).join(", ")}`,
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
    shared[SHARED] ??= findSetup(directory).then((setup) => new TelemetryManager({ [SETUP]: setup } as ManagerOptions));
    return shared[SHARED];
  }

  /** Writes other kinds of events to stdout, such as `status` and `artifact`, in order with the runs' own. */
  get emitter(): CharmEmitter {
    return this.#emitter;
  }

  /**
   * Upstream's call: a hook by name, with its arguments and, if known, ids. Without ids the event belongs to the
   * surrounding `withRun`, else to the only open run, else to the run dispatched last. One that names a run which is not
   * open is ignored and counted.
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
      (ended) => {
        this.#runs.delete(ended.runId);
        this.#dispatcher.runEnded(ended);
      },
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
    return this.#delivery.flush(timeoutOf(options, 10_000));
  }

  /**
   * Aborts what is open, delivers everything and releases the exporters, once, within `timeoutMs`
   * (`CHARM_TELEMETRY_SHUTDOWN_MS` unless given): later calls get the first's report. Events that come later are still
   * written to stdout, and counted as `after_shutdown` for exporters.
   */
  shutdown(options: { readonly timeoutMs?: number } = {}): Promise<TelemetryHealth> {
    this.#shutdown ??= this.#delivery.shutdown(timeoutOf(options, this.#shutdownMs));
    return this.#shutdown;
  }

  /**
   * The run that the whole process is, for `auto`: dispatched events without ids belong to it, and it ends with the
   * process.
   *
   * @param beforeEnd called when the process ends, before the run does.
   */
  openProcessRun(inputs: unknown, beforeEnd: () => void = () => {}): Run {
    const run = this.startRun(inputs);
    this.#processRun = new ProcessRun(run, beforeEnd);
    return run;
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
    if (!this.#secrets.read()) return;
    const { masker } = this.#secrets;
    this.#emitter.setMasker(masker);
    maskCutsWith(masker);
    this.#recorder.host.setSecrets(masker.secrets);
  }
}

/** More does not fit a timer, which then fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

function timeoutOf(options: unknown, fallback: number): number {
  const timeoutMs = memberOf(options, "timeoutMs");
  return typeof timeoutMs === "number" && timeoutMs >= 0 ? Math.min(timeoutMs, MAX_TIMEOUT_MS) : fallback;
}
