import { AttachedExporter } from "./attach.ts";
import { NotApplicable } from "./case.ts";
import type { ConformanceLevel } from "./case.ts";
import type { HttpIntake } from "../intakes/index.ts";
import { errorText } from "./error-text.ts";
import { useEnvironment } from "./environment.ts";

export interface BenchOptions {
  readonly create: () => object | Promise<object>;
  readonly level: ConformanceLevel;
  /** Starts a backend; each case has one of its own. */
  readonly intake?: (() => Promise<HttpIntake>) | undefined;
  readonly environment?: Environment | undefined;
}

/** The variables that an exporter needs to reach the intake. */
export type Environment = Readonly<Record<string, string>> | ((intake: HttpIntake) => Readonly<Record<string, string>>);

/** What one case works with: fresh exporters, a backend, an environment that is put back, and a place for what is wrong. */
export class Bench {
  readonly problems: { expected: string; actual: string }[] = [];
  readonly #options: BenchOptions;
  readonly #attached: AttachedExporter[] = [];
  readonly #restore: () => void;
  #intake: HttpIntake | undefined;

  constructor(options: BenchOptions) {
    this.#options = options;
    this.#restore = useEnvironment({});
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

  /** Notes that something is not as it should be. */
  report(expected: string, actual: string): void {
    this.problems.push({ expected, actual });
  }

  /** A new exporter, made as its host makes it: with its configuration, or with `isConfigured: false` without any. */
  async create({ isConfigured = true }: { isConfigured?: boolean } = {}): Promise<AttachedExporter> {
    const { environment } = this.#options;
    const intake = this.#options.intake === undefined ? undefined : await this.intake();
    const variables = typeof environment === "function" ? environment(intake as HttpIntake) : (environment ?? {});
    useEnvironment(isConfigured ? variables : {});
    let exporter: object;
    try {
      exporter = await this.#options.create();
    } catch (error) {
      throw new NotApplicable(`it cannot be made (see construction): ${errorText(error)}`);
    }
    const attached = new AttachedExporter(exporter);
    this.#attached.push(attached);
    return attached;
  }

  /** A new exporter that has been started. */
  async start(options?: { isConfigured?: boolean }): Promise<AttachedExporter> {
    const attached = await this.create(options);
    const started = await attached.start();
    if (!started.isOk) throw new NotApplicable(`it does not start: ${started.error}`);
    return attached;
  }

  async dispose(): Promise<void> {
    for (const attached of this.#attached) await attached.shutdown();
    await this.#intake?.close();
    this.#restore();
  }
}
