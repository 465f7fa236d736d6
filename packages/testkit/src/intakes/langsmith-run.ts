import { z } from "zod";
import { valuePath } from "../value-path.ts";
import type { JsonPart } from "./langsmith-multipart.ts";

/** A run, or what a patch says of one, as LangSmith takes it. */
export interface LangsmithRun {
  readonly id: string;
  readonly trace_id: string;
  readonly parent_run_id?: string | undefined;
  readonly dotted_order: string;
  readonly name?: string | undefined;
  readonly run_type?: string | undefined;
  /** ISO 8601, or milliseconds since 1970. */
  readonly start_time?: string | number | undefined;
  readonly end_time?: string | number | undefined;
  /** The project, despite its name. */
  readonly session_name?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: string | undefined;
  readonly events?: readonly { readonly name: string; readonly time?: string | undefined }[] | undefined;
  readonly extra?: { readonly metadata?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

/** `post`: a new run. `patch`: more of one that is known. */
export interface RunOperation {
  readonly kind: "post" | "patch";
  readonly run: LangsmithRun;
}

const RUN_TYPES = ["llm", "chain", "tool", "retriever", "embedding", "prompt", "parser"];
/** Sent in parts of their own. */
const FIELD_PARTS = ["inputs", "outputs", "events", "extra", "error", "serialized"];

const text = z.string();
const uuid = text.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, {
  error: "must be a UUID in lower case",
});
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/;
const time = z
  .union([text, z.number()])
  .refine((value) => (typeof value === "string" ? ISO_TIME.test(value) : value > 1e11 && value < 1e14), {
    error: "must be ISO 8601 with a zone, or milliseconds since 1970",
  });
const record = z.record(text, z.unknown());

// Strict: a field that LangSmith does not know would be lost without a word.
const patch = z.strictObject({
  id: uuid,
  trace_id: uuid,
  parent_run_id: uuid.optional(),
  dotted_order: text.min(1),
  name: text.min(1).optional(),
  run_type: z.enum(RUN_TYPES).optional(),
  start_time: time.optional(),
  end_time: time.optional(),
  session_name: text.min(1).optional(),
  session_id: uuid.optional(),
  reference_example_id: uuid.optional(),
  tags: z.array(text).optional(),
  child_runs: z.array(z.unknown()).max(0, { error: "must be empty: each run is sent by itself" }).optional(),
  inputs: record.optional(),
  outputs: record.optional(),
  error: text.optional(),
  events: z
    .array(z.strictObject({ name: text, time: text.optional(), kwargs: record.optional(), message: text.optional() }))
    .optional(),
  extra: z.looseObject({ metadata: record.optional(), runtime: record.optional() }).optional(),
  serialized: record.optional(),
});

const post = patch.extend({ name: text.min(1), run_type: z.enum(RUN_TYPES), start_time: time });

type Parsed = { readonly operations: RunOperation[] } | { readonly problems: string[] };

/** The runs of a multipart request, each put together from its parts. */
export function operationsOfParts(parts: readonly JsonPart[]): Parsed {
  const drafts = new Map<string, Record<string, unknown>>();
  const problems: string[] = [];
  for (const { name, value } of parts) {
    const [kind = "", id = "", field, ...rest] = name.split(".");
    const draft = drafts.get(`${kind}.${id}`);
    if (kind === "feedback") continue;
    if ((kind !== "post" && kind !== "patch") || rest.length > 0) problems.push(`${name}: is no name of a part`);
    else if (field === undefined) {
      const run = value as Record<string, unknown> | null;
      if (typeof run !== "object" || run === null) problems.push(`${name}: must be an object`);
      else if (draft !== undefined) problems.push(`${name}: comes twice`);
      else if (run["id"] !== id) problems.push(`${name}.id: must be the id in the part's name`);
      else {
        for (const known of FIELD_PARTS) if (known in run) problems.push(`${name}.${known}: must be a part of its own`);
        drafts.set(name, { ...run });
      }
    } else if (!FIELD_PARTS.includes(field)) problems.push(`${name}: is no name of a part`);
    else if (draft === undefined) problems.push(`${name}: comes without or before ${kind}.${id}`);
    else draft[field] = value;
  }
  const parsed = [...drafts].map(([name, draft]) => parseRun(name.startsWith("post") ? "post" : "patch", draft, name));
  return gather(parsed, problems);
}

/** The runs of a request to `/runs/batch`. */
export function operationsOfBatch(body: unknown): Parsed {
  const shape = z.strictObject({ post: z.array(record).optional(), patch: z.array(record).optional() }).safeParse(body);
  if (!shape.success) return { problems: ["(the body): must be an object with lists post and patch"] };
  return gather(
    (["post", "patch"] as const).flatMap((kind) =>
      (shape.data[kind] ?? []).map((run, index) => parseRun(kind, run, `${kind}[${index}]`)),
    ),
    [],
  );
}

function gather(parsed: readonly (RunOperation | { readonly problems: string[] })[], problems: string[]): Parsed {
  const operations: RunOperation[] = [];
  for (const one of parsed) {
    if ("problems" in one) problems.push(...one.problems);
    else operations.push(one);
  }
  return problems.length > 0 ? { problems } : { operations };
}

function parseRun(
  kind: RunOperation["kind"],
  run: Record<string, unknown>,
  where: string,
): RunOperation | { readonly problems: string[] } {
  const parsed = (kind === "post" ? post : patch).safeParse(run);
  if (parsed.success) return { kind, run: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) => `${where}.${valuePath(path)}: ${message}`),
  };
}
