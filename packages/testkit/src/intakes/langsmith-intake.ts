import { HttpIntake } from "./http-intake.ts";
import type { HttpIntakeOptions, IntakeRequest, IntakeUnits, Verdict } from "./http-intake.ts";
import { parseMultipart } from "./langsmith-multipart.ts";
import { problemsOfRun } from "./langsmith-rules.ts";
import { operationsOfBatch, operationsOfParts } from "./langsmith-run.ts";
import type { LangsmithRun, RunOperation } from "./langsmith-run.ts";

export interface LangsmithIntakeOptions extends HttpIntakeOptions {
  /** The only key that is right; any unless given. */
  readonly apiKey?: string;
  /** Keys of an organisation are refused unless a request names this workspace. */
  readonly workspaceId?: string;
}

/** An operation that came in. */
export interface ReceivedOperation extends RunOperation {
  /** Position of its request in `requests`. */
  readonly request: number;
  /** The same had come before: a retry after a lost acknowledgement, or a mistake. */
  readonly isDuplicate: boolean;
  /** True once the client was told. */
  readonly acknowledged: boolean;
}

const MAX_OPERATIONS = 100;
const MAX_REPORTED_PROBLEMS = 20;
const MAX_BODY_BYTES = 20 * 1024 * 1024;

const INFO = JSON.stringify({
  version: "0.18.0",
  batch_ingest_config: { use_multipart_endpoint: true, size_limit: MAX_OPERATIONS, size_limit_bytes: MAX_BODY_BYTES },
  instance_flags: { gzip_body_enabled: true },
});

/**
 * A strict stand-in of LangSmith's intake of runs (`POST /runs/multipart`, `POST /runs/batch`, `GET /info`). What is
 * not right is refused with all reasons, by their paths.
 *
 * @see LangSmith "Ingest runs (multipart)" and "Run data format"
 */
export class LangsmithIntake extends HttpIntake {
  /** All that came in, duplicates included, in order. Empty with `keep: false`. */
  readonly operations: ReceivedOperation[] = [];
  /** Runs by their id, patches merged into them. */
  readonly runs: Map<string, LangsmithRun> = new Map();
  protected override readonly maxBodyBytes: number = MAX_BODY_BYTES;
  readonly #apiKey: string | undefined;
  readonly #workspaceId: string | undefined;
  readonly #posted = new Set<string>();
  readonly #ended = new Set<string>();
  #receivedRuns = 0;
  #acknowledgedRuns = 0;

  constructor(options: LangsmithIntakeOptions = {}) {
    super(options);
    this.#apiKey = options.apiKey;
    this.#workspaceId = options.workspaceId;
  }

  /** Runs whose end came in and requests that were accepted, duplicates included, whether or not the client was told. */
  get received(): { readonly runs: number; readonly requests: number } {
    return { runs: this.#receivedRuns, requests: this.counts.received };
  }

  /** Runs and requests whose acknowledgement has left: what an exporter may count as delivered. */
  get acknowledged(): { readonly runs: number; readonly requests: number } {
    return { runs: this.#acknowledgedRuns, requests: this.counts.acknowledged };
  }

  /** How many ends of runs came again. */
  get duplicates(): number {
    return this.#receivedRuns - this.#ended.size;
  }

  override get units(): IntakeUnits {
    return { received: this.#receivedRuns, acknowledged: this.#acknowledgedRuns, duplicates: this.duplicates };
  }

  /** Runs whose parent has not come. Empty when every trace is whole. */
  unknownParents(): LangsmithRun[] {
    return [...this.runs.values()].filter(
      ({ parent_run_id: parent }) => parent !== undefined && !this.#posted.has(parent),
    );
  }

  /** Runs that were patched and never posted. */
  unposted(): LangsmithRun[] {
    return [...this.runs.values()].filter(({ id }) => !this.#posted.has(id));
  }

  /** Runs that are still in progress. */
  unended(): LangsmithRun[] {
    return [...this.runs.values()].filter(({ id }) => !this.#ended.has(id));
  }

  /** Resolves when so many different runs have come in whole. */
  async waitForRuns(count: number, timeoutMs = 10_000): Promise<void> {
    await this.waitFor(
      () => this.#ended.size >= count,
      timeoutMs,
      () => `${this.#ended.size} of ${count} runs`,
    );
  }

  protected override handle(request: IntakeRequest): Verdict {
    if (request.path === "/info" && request.method === "GET") return { status: 200, body: INFO };
    const problem = this.#addressProblem(request);
    if (problem !== undefined) return problem;
    const parsed = request.path === "/runs/batch" ? batchOf(request) : multipartOf(request);
    if ("problems" in parsed) return refuse(422, parsed.problems);
    const { operations } = parsed;
    if (operations.length === 0) return refuse(422, ["(the body): holds no runs"]);
    if (operations.length > MAX_OPERATIONS)
      return refuse(413, [`(the body): holds ${operations.length} runs, and ${MAX_OPERATIONS} are taken`]);
    const posted = new Map(operations.flatMap(({ kind, run }) => (kind === "post" ? [[run.id, run]] : [])));
    const known = (id: string): LangsmithRun | undefined => posted.get(id) ?? this.runs.get(id);
    const problems = operations.flatMap((operation) =>
      problemsOfRun(operation, known).map((reason) => `${operation.kind}.${operation.run.id}.${reason}`),
    );
    return problems.length > 0 ? refuse(422, problems) : this.#accept(operations, this.requests.indexOf(request));
  }

  #addressProblem({ method, path, headers }: IntakeRequest): Verdict | undefined {
    if (path !== "/runs/multipart" && path !== "/runs/batch") return refuse(404, [`nothing is at ${path}`]);
    if (method !== "POST") return refuse(405, [`${method} is not allowed here: use POST`]);
    const key = headers["x-api-key"];
    if (key === undefined || key === "") return refuse(401, ["the header x-api-key is missing"]);
    if (this.#apiKey !== undefined && key !== this.#apiKey) return refuse(403, ["the API key is not valid here"]);
    if (this.#workspaceId !== undefined && headers["x-tenant-id"] !== this.#workspaceId)
      return { status: 403, body: JSON.stringify({ error: "org_scoped_key_requires_workspace" }) };
    return undefined;
  }

  #accept(operations: readonly RunOperation[], request: number): Verdict {
    const received = operations.map((operation) => this.#take(operation, request));
    return {
      status: 202,
      body: JSON.stringify({ message: "Runs received" }),
      acknowledged: () => {
        for (const operation of received) {
          operation.acknowledged = true;
          if (operation.run.end_time !== undefined) this.#acknowledgedRuns++;
        }
      },
    };
  }

  #take({ kind, run }: RunOperation, request: number): { acknowledged: boolean; run: LangsmithRun } {
    const isEnd = run.end_time !== undefined;
    const isDuplicate = (kind === "post" && this.#posted.has(run.id)) || (isEnd && this.#ended.has(run.id));
    const received = { kind, run, request, isDuplicate, acknowledged: false };
    if (this.keep) this.operations.push(received);
    // Without their contents, runs are kept all the same: later ones are judged beside them.
    this.runs.set(run.id, this.keep ? { ...this.runs.get(run.id), ...run } : addressOf(run));
    if (kind === "post") this.#posted.add(run.id);
    if (isEnd) {
      this.#ended.add(run.id);
      this.#receivedRuns++;
    }
    return received;
  }
}

/** Starts a stand-in of LangSmith's intake of runs. Close it when done. */
export async function startLangsmithIntake(options: LangsmithIntakeOptions = {}): Promise<LangsmithIntake> {
  return new LangsmithIntake(options).listen();
}

function multipartOf({ headers, body }: IntakeRequest): ReturnType<typeof operationsOfParts> {
  const parsed = parseMultipart(headers["content-type"], body);
  return "problems" in parsed ? parsed : operationsOfParts(parsed.parts);
}

function batchOf({ headers, body }: IntakeRequest): ReturnType<typeof operationsOfBatch> {
  if (headers["content-type"]?.split(";")[0] !== "application/json")
    return { problems: [`content-type must be application/json, got ${headers["content-type"] ?? "none"}`] };
  try {
    return operationsOfBatch(JSON.parse(body.toString("utf8")));
  } catch {
    return { problems: ["(the body): is not JSON"] };
  }
}

function addressOf({ id, trace_id, parent_run_id, dotted_order, start_time }: LangsmithRun): LangsmithRun {
  return { id, trace_id, parent_run_id, dotted_order, start_time };
}

function refuse(status: number, problems: readonly string[]): Verdict {
  const left = problems.length - MAX_REPORTED_PROBLEMS;
  const detail = [...problems.slice(0, MAX_REPORTED_PROBLEMS), ...(left > 0 ? [`and ${left} more`] : [])];
  return { status, body: JSON.stringify({ detail }) };
}
