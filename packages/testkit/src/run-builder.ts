import { createHash, randomBytes } from "node:crypto";
import type {
  EventContext,
  HookArguments,
  HookName,
  LlmRequest,
  LlmResponse,
  RunInfo,
  TelemetryEvent,
} from "@charm/telemetry-core";

export interface RunBuilderOptions {
  /** A new UUIDv7 unless given. */
  readonly runId?: string;
  readonly run?: Partial<RunInfo>;
  /** When the run starts, in milliseconds since 1970; now unless given. Each event comes a millisecond later. */
  readonly timeUnixMs?: number;
}

/** Where an event belongs, as far as it differs from event to event. */
type Place = Pick<EventContext, "spanId" | "parentSpanId" | "toolCallId">;

/**
 * The events of one run, as a manager would make them: ids, parents, sequence and times are right. Nothing is checked,
 * so that runs can be built that no manager would let pass.
 */
export class RunBuilder {
  /** In the order in which they were built: what is left to do is to hand them to an exporter. */
  readonly events: TelemetryEvent[] = [];
  readonly runId: string;
  readonly traceId: string;
  /** The run's own span. */
  readonly spanId: string = newSpanId();
  readonly #info: RunInfo;
  readonly #timeUnixMs: number;
  #sequence = 0;

  constructor({ runId = newRunId(), run = {}, timeUnixMs = Date.now() }: RunBuilderOptions = {}) {
    this.runId = runId;
    this.traceId = traceIdOf(runId);
    this.#info = { tags: [], metadata: {}, ...run };
    this.#timeUnixMs = timeUnixMs;
  }

  start(inputs: Record<string, unknown> = {}): this {
    return this.#own("onRunStart", [this.runId, inputs]);
  }

  end(outputs: Record<string, unknown> = {}): this {
    return this.#own("onRunEnd", [this.runId, outputs]);
  }

  fail(error: Error): this {
    return this.#own("onError", [this.runId, error]);
  }

  token(token: string): this {
    return this.#own("onLlmNewToken", [token]);
  }

  action(tool: string, toolInput: string): this {
    return this.#own("onAgentAction", [tool, toolInput]);
  }

  /** Starts a tool call, in the run's span unless a parent is given. */
  tool(toolName: string, input: string = "", { parent = this as BuiltSpan, toolCallId }: SpanOptions = {}): BuiltTool {
    const place: Place = { spanId: newSpanId(), parentSpanId: parent.spanId, toolCallId };
    this.add("onToolStart", [toolName, input], place);
    return {
      spanId: place.spanId,
      end: (output = "") => this.add("onToolEnd", [toolName, output], place),
      fail: (error) => this.add("onToolError", [toolName, error], place),
    };
  }

  /** Starts a call of a model, in the run's span unless a parent is given. */
  llm(request: LlmRequest, { parent = this as BuiltSpan }: SpanOptions = {}): BuiltLlm {
    const place: Place = { spanId: newSpanId(), parentSpanId: parent.spanId };
    this.add("onLlmStart", [request], place);
    const llm: BuiltLlm = {
      spanId: place.spanId,
      token: (token) => {
        this.add("onLlmNewToken", [token], place);
        return llm;
      },
      end: (response = {}) => this.add("onLlmEnd", [response], place),
      fail: (error) => this.add("onLlmError", [error], place),
    };
    return llm;
  }

  /** Adds one event, at the place that is given. */
  add<Hook extends HookName>(hook: Hook, values: HookArguments[Hook], place: Place): this {
    const sequence = this.#sequence++;
    const context: EventContext = {
      runId: this.runId,
      traceId: this.traceId,
      ...place,
      sequence,
      timeUnixMs: this.#timeUnixMs + sequence,
      ...(hook === "onRunStart" ? { run: this.#info } : {}),
    };
    this.events.push({ hook, arguments: values, context } as TelemetryEvent);
    return this;
  }

  #own<Hook extends HookName>(hook: Hook, values: HookArguments[Hook]): this {
    return this.add(hook, values, { spanId: this.spanId });
  }
}

export interface BuiltSpan {
  readonly spanId: string;
}

export interface BuiltTool extends BuiltSpan {
  end(output?: string): RunBuilder;
  fail(error: Error): RunBuilder;
}

export interface BuiltLlm extends BuiltSpan {
  token(token: string): BuiltLlm;
  end(response?: LlmResponse): RunBuilder;
  fail(error: Error): RunBuilder;
}

export interface SpanOptions {
  readonly parent?: BuiltSpan;
  /** The model's id of the call. */
  readonly toolCallId?: string;
}

function newRunId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  const random = randomBytes(10).toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

function newSpanId(): string {
  return randomBytes(8).toString("hex");
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function traceIdOf(runId: string): string {
  if (UUID.test(runId)) return runId.replaceAll("-", "").toLowerCase();
  return createHash("sha256").update(runId).digest("hex").slice(0, 32);
}
