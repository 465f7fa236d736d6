import { AttachedExporter } from "./attach.ts";
import type { AttachOptions } from "./attach.ts";
import { NotApplicable } from "./not-applicable.ts";
import type { ConformanceLevel } from "./level.ts";
import type { HttpIntake } from "../intakes/index.ts";
import { sampleRun } from "../sample-runs.ts";
import { CaseEnvironment } from "./environment.ts";
import { errorText } from "./texts.ts";
import type { Watch } from "./watch/index.ts";

export interface BenchOptions {
  readonly create: () => unknown;
  /** Unless given, that of what was created. */
  readonly exporterClass?: unknown;
  readonly level: ConformanceLevel;
  /** Starts a backend; each case has one of its own. */
  readonly intake?: (() => Promise<HttpIntake>) | undefined;
  readonly environment?: Environment | undefined;
}

/** The variables that an exporter needs to reach the intake. */
export type Environment<Intake extends HttpIntake = HttpIntake> =
  | Readonly<Record<string, string>>
  | ((intake: Intake) => Readonly<Record<string, string>>);

export interface CreateOptions extends AttachOptions {
  /** False: in an environment that has none of its variables. */
  readonly isConfigured?: boolean;
  /** False for exporters that do so much that watching what they open would be felt. */
  readonly isWatched?: boolean;
}

/** What one case works with: fresh exporters, a backend, an environment that is put back, and a place for what is wrong. */
export class Bench {
  readonly problems: { expected: string; actual: string }[] = [];
  readonly #options: BenchOptions;
  readonly #attached: AttachedExporter[] = [];
  readonly #watch: Watch;
  readonly #environment: CaseEnvironment;
  #intake: HttpIntake | undefined;

  constructor(options: BenchOptions, watch: Watch) {
    this.#options = options;
    this.#watch = watch;
    this.#environment = new CaseEnvironment((change) => watch.saw("environment-untouched", change));
  }

  /** What is to be looked at as the exporter's class. */
  async exporterClass(): Promise<unknown> {
    if ("exporterClass" in this.#options) return this.#options.exporterClass;
    const { exporter } = await this.create({ isConfigured: false });
    return exporter.constructor;
  }

  get level(): ConformanceLevel {
    return this.#options.level;
  }

  /** Whether there is something to configure exporters with. */
  get canConfigure(): boolean {
    return this.#options.environment !== undefined;
  }

  /** The backend of this case, started when it is first asked for. */
  async intake(): Promise<HttpIntake> {
    if (this.#options.intake === undefined) throw new NotApplicable("no intake was given");
    this.#intake ??= await this.#options.intake();
    return this.#intake;
  }

  get hasIntake(): boolean {
    return this.#options.intake !== undefined;
  }

  /** What exporters are configured with. */
  async variables(): Promise<Readonly<Record<string, string>>> {
    const { environment, intake } = this.#options;
    if (typeof environment === "function") return environment(await this.intake());
    if (intake !== undefined) await this.intake();
    return environment ?? {};
  }

  /** Notes that something is not as it should be. */
  report(expected: string, actual: string): void {
    this.problems.push({ expected, actual });
  }

  /** The same, unless this was expected before: one of a kind is enough. */
  reportOnce(expected: string, actual: string): void {
    if (!this.problems.some((problem) => problem.expected === expected)) this.report(expected, actual);
  }

  /** A new exporter, made as its host makes it: with its configuration, or with `isConfigured: false` without any. */
  async create({ isConfigured = true, isWatched = true, ...attach }: CreateOptions = {}): Promise<AttachedExporter> {
    this.#environment.use(isConfigured ? await this.variables() : {});
    if (!isWatched) this.#watch.resources.close();
    const enter = <Value>(code: () => Value): Value => (isWatched ? this.#watch.resources.enter(code) : code());
    let exporter: unknown;
    try {
      exporter = await enter(() => this.#options.create());
    } catch (error) {
      throw new NotApplicable(`it cannot be made: ${errorText(error)}`);
    }
    if (typeof exporter !== "object" || exporter === null) throw new NotApplicable("it is no object");
    const attached = new AttachedExporter(exporter, { enter, ...attach });
    this.#attached.push(attached);
    return attached;
  }

  /** A new exporter that has been started. */
  async start(options?: CreateOptions): Promise<AttachedExporter> {
    const attached = await this.create(options);
    const started = await attached.start();
    if (!started.isOk) throw new NotApplicable(`it does not start: ${started.error}`);
    return attached;
  }

  /** A whole life: started, handed a run, flushed and shut down. Whatever goes wrong in it is for other cases. */
  async live(options?: CreateOptions): Promise<AttachedExporter> {
    const attached = await this.create(options);
    if ((await attached.start()).isOk) await attached.play(sampleRun());
    await attached.flush();
    await attached.shutdown();
    return attached;
  }

  /** One life without configuration, and one with it where the level has more than loading. */
  async liveEachWay(): Promise<void> {
    await this.live({ isConfigured: false });
    if (this.canConfigure && this.level !== "load") await this.live();
  }

  /** What is printed to stderr in this case, so far. */
  get warnings(): readonly string[] {
    return this.#watch.warnings;
  }

  /** What keeps the process alive at the moment, closed by nobody for a second. */
  open(): Promise<string[]> {
    return this.#watch.resources.open();
  }

  async dispose(): Promise<void> {
    for (const attached of this.#attached) if (!attached.isShutDown) await attached.shutdown(AbortSignal.abort());
    await this.#intake?.close();
    this.#environment.restore();
  }
}
