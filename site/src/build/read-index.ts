import { z } from "zod";
import { compareText } from "../list/exporter.ts";
import type { Exporter } from "../list/exporter.ts";

/** What the site shows, and what it could not use. */
export interface Listing {
  /** By id; without those that failed their checks for so long that they are hidden. */
  readonly exporters: readonly Exporter[];
  /** One sentence for each entry that is left out or shown with less. */
  readonly problems: readonly string[];
}

// The two values that leave the page: an id is a folder's name, a package's name is pasted into a shell.
const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const NPM_NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const GITHUB = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+(?:\/[\w./-]*)?$/;

const STATE = z.enum(["active", "deprecated"]);
const STATUS = z.object({ state: STATE, reason: z.string().optional(), replaced_by: z.string().optional() });

const ENTRY = z.object({
  id: z.string().max(40).regex(ID),
  name: z.string().min(1),
  description: z.string(),
  author: z.string(),
  tags: z.array(z.string()),
  npm_package: z.string().max(214).regex(NPM_NAME),
  version: z.string(),
  license: z.string(),
  github_url: z.string(),
  status: STATUS.default({ state: "active" }),
});

const INDEX = z.object({ version: z.literal("1.0"), exporters: z.array(z.unknown()) });

const DAY = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(?:T|$)/)
  .transform((date) => date.slice(0, 10));

const FACTS = z.object({
  verified: z.boolean().default(false),
  first_listed: DAY.optional(),
  last_checked: DAY.optional(),
  downloads: z.int().nonnegative().optional(),
  health: z.enum(["passing", "stale", "hidden"]).default("passing"),
});

const FACTS_FILE = z.object({ version: z.literal("1.0"), exporters: z.record(z.string(), z.unknown()) });

/**
 * Reads the registry's index and what the checks have found out, each as JSON text.
 *
 * An entry says nothing about its own checks: badges come from the facts alone.
 *
 * @param listed when each exporter was listed first, by id; the facts may only have seen it later.
 * @throws Error if a file as a whole cannot be read; a single bad entry is a problem, and the others are shown.
 */
export function readIndex(index: string, facts?: string, listed?: ReadonlyMap<string, string>): Listing {
  const problems: string[] = [];
  const known = facts === undefined ? new Map<string, unknown>() : factsOf(facts);
  const byId = new Map<string, Exporter>();
  whole("the index", INDEX, index).exporters.forEach((value, position) => {
    const entry = ENTRY.safeParse(value);
    if (!entry.success) return void problems.push(`exporters[${position}] is left out: ${sentence(entry.error)}`);
    const { id } = entry.data;
    if (byId.has(id)) return void problems.push(`exporters[${position}] is left out: id "${id}" is there already`);
    const fact = FACTS.safeParse(known.get(id) ?? {});
    if (!fact.success) problems.push(`the facts of "${id}" are left out: ${sentence(fact.error)}`);
    const { health, ...shown } = fact.data ?? FACTS.parse({});
    if (health === "hidden") return;
    const first_listed = [shown.first_listed ?? [], listed?.get(id) ?? []].flat().toSorted(compareText)[0];
    byId.set(id, exporterOf(entry.data, { ...shown, first_listed }, health === "stale"));
  });
  return { exporters: [...byId.values()].toSorted((left, right) => compareText(left.id, right.id)), problems };
}

type Entry = z.infer<typeof ENTRY>;
type Facts = Omit<z.infer<typeof FACTS>, "health">;

function exporterOf({ status, github_url, ...entry }: Entry, facts: Facts, isStale: boolean): Exporter {
  const { state, reason, replaced_by } = status;
  return {
    ...entry,
    github_url: GITHUB.test(github_url) ? github_url : undefined,
    status: state,
    reason,
    replaced_by,
    ...facts,
    isStale,
  };
}

function factsOf(text: string): Map<string, unknown> {
  return new Map(Object.entries(whole("the facts", FACTS_FILE, text).exporters));
}

function whole<Value>(name: string, schema: z.ZodType<Value>, text: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name}: not JSON (${(error as Error).message})`, { cause: error });
  }
  const read = schema.safeParse(value);
  if (!read.success) throw new Error(`${name}: ${sentence(read.error)}`);
  return read.data;
}

function sentence(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "file"}: ${message}`).join("; ");
}
