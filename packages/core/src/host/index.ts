import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { TelemetryError } from "../errors.ts";
import type { EventContext, HookName } from "../events.ts";
import type { ExporterHealth } from "../health.ts";
import { InlineLink } from "./inline.ts";
import { HOST_LIMITS } from "./limits.ts";
import type { HostLimits } from "./limits.ts";
import type { ExporterInstance, ExporterModule, HostLink, HostOptions } from "./link.ts";
import { WorkerLink } from "./worker-link.ts";

/**
 * What calls the exporters: a thread of its own for modules, this thread for instances that the program has made.
 *
 * @throws TelemetryError `HOST` if settings insist on a thread and the worker's built file is not there.
 */
export function createHost(
  exporters: readonly (ExporterModule | ExporterInstance)[],
  options: HostOptions,
  limits: HostLimits = HOST_LIMITS,
): HostLink {
  const instances = exporters.filter((exporter): exporter is ExporterInstance => "instance" in exporter);
  const modules = exporters.filter((exporter): exporter is ExporterModule => !("instance" in exporter));
  const file = modules.length > 0 ? workerFile(options) : undefined;
  const inline = file === undefined ? exporters : instances;
  const links: HostLink[] = [];
  if (file !== undefined) links.push(new WorkerLink(modules, options, limits, file));
  if (inline.length > 0) links.push(new InlineLink(inline, options, limits));
  const [only] = links;
  return links.length === 1 && only !== undefined ? only : new Links(links, exporters);
}

/** The built worker, if a thread is wanted and can be had. */
function workerFile({ settings, warn }: HostOptions): URL | undefined {
  if (settings.isolation === "inline") return undefined;
  const file = new URL("./worker.js", import.meta.url);
  if (existsSync(file)) return file;
  if (settings.isolation === "worker")
    throw new TelemetryError("HOST", "the exporters' thread cannot be started: its file is missing.", {
      where: fileURLToPath(file),
      fix: "Do not bundle @charm/telemetry-core, or set CHARM_TELEMETRY_ISOLATION=inline.",
    });
  warn(
    `The exporters run in the agent's thread, because ${fileURLToPath(file)} is missing. Do not bundle @charm/telemetry-core.`,
  );
  return undefined;
}

/** None or several hosts that look like one. */
class Links implements HostLink {
  readonly #links: readonly HostLink[];
  readonly #names: readonly string[];

  constructor(links: readonly HostLink[], exporters: readonly { readonly name: string }[]) {
    this.#links = links;
    this.#names = exporters.map(({ name }) => name);
  }

  get isStuck(): boolean {
    return this.#links.some(({ isStuck }) => isStuck);
  }

  get needsLoop(): boolean {
    return this.#links.some(({ needsLoop }) => needsLoop);
  }

  append(hook: HookName, first: unknown, second: unknown, context: EventContext): void {
    for (const link of this.#links) link.append(hook, first, second, context);
  }

  setSecrets(secrets: ReadonlyMap<string, string>): void {
    for (const link of this.#links) link.setSecrets(secrets);
  }

  async flush(timeoutMs: number): Promise<void> {
    await Promise.all(this.#links.map((link) => link.flush(timeoutMs)));
  }

  async shutdown(timeoutMs: number): Promise<void> {
    await Promise.all(this.#links.map((link) => link.shutdown(timeoutMs)));
  }

  drainSync(deadline: number, whileWaiting: () => void): void {
    for (const link of this.#links) link.drainSync(deadline, whileWaiting);
  }

  health(): ExporterHealth[] {
    const place = ({ name }: ExporterHealth): number => this.#names.indexOf(name);
    return this.#links.flatMap((link) => link.health()).sort((one, other) => place(one) - place(other));
  }
}
