import type { CharmEvent, EventOrigin } from "@charm/telemetry-runner";
import { oneLine } from "./text.ts";

export interface RunView {
  readonly runId: string;
  /** The conversation's name. */
  readonly title: string;
  readonly question: string;
  readonly startUnixMs: number;
  endUnixMs: number | undefined;
  state: "running" | "succeeded" | "failed";
  error: string;
  llmCalls: number;
  toolCalls: number;
  toolErrors: number;
  tokens: number;
  /** The newest ones, oldest first. */
  readonly calls: CallView[];
}

export interface CallView {
  readonly spanId: string;
  readonly kind: "llm" | "tool";
  readonly name: string;
  state: "running" | "succeeded" | "failed";
  /** An LLM call's newest text, a tool's input, or its error. */
  text: string;
  tokens: number;
}

export interface Totals {
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly toolErrors: number;
  readonly tokens: number;
}

const KEPT_CALLS = 6;
const KEPT_NOTES = 5;
const KEPT_CHARACTERS = 4000;
const RATE_WINDOW_MS = 1000;

/** What can be known of an agent by reading its events: runs, their calls, and its other prints. */
export class Board {
  readonly runs: Map<string, RunView> = new Map();
  /** The newest prints of the agent that are no events. */
  readonly notes: string[] = [];
  /** The newest `status`. */
  status = "";
  /** When the newest event happened, milliseconds since 1970. */
  latestUnixMs = 0;
  /** Different events that have been read, and the places in a run that were left out. */
  readonly #read = { events: 0, missing: 0 };
  readonly #next = new Map<string, number>();
  readonly #arrivals: { readonly at: number; tokens: number }[] = [];

  /** @param nowMs on any clock that does not jump; only differences count. */
  apply(event: CharmEvent, nowMs: number): void {
    const { origin, content } = event;
    if (event.type === "status") this.status = oneLine(content);
    const note = noteOf(event);
    if (note !== undefined) this.#note(note);
    if (origin?.runId === undefined || !this.#isFirstLineOf(origin)) return;
    this.latestUnixMs = Math.max(this.latestUnixMs, origin.timeUnixMs ?? 0);
    const run = this.runs.get(origin.runId);
    if (origin.event === "run_start") this.#startRun(origin, event.fields);
    else if (run !== undefined) this.#continueRun(run, origin, event, nowMs);
  }

  get read(): { readonly events: number; readonly missing: number } {
    return this.#read;
  }

  get totals(): Totals {
    const runs = [...this.runs.values()];
    const count = (state: RunView["state"]): number => runs.filter((run) => run.state === state).length;
    const sum = (amount: (run: RunView) => number): number => runs.reduce((total, run) => total + amount(run), 0);
    return {
      running: count("running"),
      succeeded: count("succeeded"),
      failed: count("failed"),
      llmCalls: sum((run) => run.llmCalls),
      toolCalls: sum((run) => run.toolCalls),
      toolErrors: sum((run) => run.toolErrors),
      tokens: sum((run) => run.tokens),
    };
  }

  tokensPerSecond(nowMs: number): number {
    while ((this.#arrivals[0]?.at ?? Infinity) < nowMs - RATE_WINDOW_MS) this.#arrivals.shift();
    return Math.round(this.#arrivals.reduce((sum, { tokens }) => sum + tokens, 0) / (RATE_WINDOW_MS / 1000));
  }

  /** Several lines may show one event: they have its number. */
  #isFirstLineOf({ runId = "", sequence = 0 }: EventOrigin): boolean {
    const next = this.#next.get(runId) ?? 0;
    if (sequence < next) return false;
    this.#read.events++;
    this.#read.missing += sequence - next;
    this.#next.set(runId, sequence + 1);
    return true;
  }

  #startRun({ runId = "", timeUnixMs }: EventOrigin, fields: CharmEvent["fields"]): void {
    const inputs = fields["inputs"] as { question?: unknown } | undefined;
    this.runs.set(runId, {
      runId,
      title: oneLine(fields["thread_id"] ?? fields["name"] ?? runId),
      question: oneLine(inputs?.question ?? ""),
      startUnixMs: timeUnixMs ?? 0,
      endUnixMs: undefined,
      state: "running",
      error: "",
      llmCalls: 0,
      toolCalls: 0,
      toolErrors: 0,
      tokens: 0,
      calls: [],
    });
  }

  #continueRun(run: RunView, origin: EventOrigin, { fields, content }: CharmEvent, nowMs: number): void {
    const call = run.calls.find(({ spanId }) => spanId === origin.spanId);
    switch (origin.event) {
      case "run_end":
        run.state = "succeeded";
        run.endUnixMs = origin.timeUnixMs;
        return;
      case "error":
        run.state = "failed";
        run.error = oneLine(fields["message"] ?? content);
        run.endUnixMs = origin.timeUnixMs;
        return;
      case "llm_start":
        run.llmCalls++;
        return startCall(run, origin, "llm", oneLine(fields["name"] ?? fields["model"]), "");
      case "llm_new_token":
        run.tokens++;
        this.#tokenArrived(nowMs);
        if (call !== undefined) {
          call.tokens++;
          call.text = (call.text + String(content)).slice(-KEPT_CHARACTERS);
        }
        return;
      case "tool_start":
        run.toolCalls++;
        return startCall(run, origin, "tool", oneLine(fields["tool"]), inputOf(content));
      case "tool_error":
        run.toolErrors++;
        if (call !== undefined) call.text = oneLine(content).replace(/^Tool Error: /, "");
        return endCall(call, "failed");
      case "llm_error":
        if (call !== undefined) call.text = oneLine(fields["message"] ?? "");
        return endCall(call, "failed");
      case "llm_end":
        // A call that streamed nothing has most likely asked for a tool: its reason says so.
        if (call?.text === "") call.text = oneLine(fields["finish_reason"]);
        return endCall(call, "succeeded");
      case "tool_end":
        return endCall(call, "succeeded");
    }
  }

  #tokenArrived(nowMs: number): void {
    const last = this.#arrivals.at(-1);
    if (last !== undefined && nowMs - last.at < 50) last.tokens++;
    else this.#arrivals.push({ at: nowMs, tokens: 1 });
  }

  #note(text: string): void {
    this.notes.push(text);
    if (this.notes.length > KEPT_NOTES) this.notes.shift();
  }
}

/** A print of the agent; undefined for events, the heartbeat and npm's own words. */
export function noteOf({ type, origin, content }: CharmEvent): string | undefined {
  if (type !== "thinking" || origin !== undefined) return undefined;
  const text = oneLine(content);
  return text === "" || text === "..." || text.startsWith("> ") || text.startsWith("npm ") ? undefined : text;
}

function startCall(
  run: RunView,
  { spanId = "" }: EventOrigin,
  kind: CallView["kind"],
  name: string,
  text: string,
): void {
  run.calls.push({ spanId, kind, name, state: "running", text, tokens: 0 });
  if (run.calls.length > KEPT_CALLS) run.calls.shift();
}

function endCall(call: CallView | undefined, state: CallView["state"]): void {
  if (call !== undefined) call.state = state;
}

/** The input in the text that people are shown when a tool starts. */
function inputOf(content: unknown): string {
  const text = String(content);
  return oneLine(text.slice(text.indexOf("\nInput: ") + "\nInput: ".length));
}
