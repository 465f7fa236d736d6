/**
 * What happens in a run, and how it is addressed: the hooks, their arguments and the context that goes with each.
 *
 * An event is one hook with its arguments and its context. It is made once, on the agent's thread, and never changes.
 */

/** Hooks that every exporter implements (an empty body for those it does not need), in the contract's order. */
export const REQUIRED_HOOKS = [
  "onRunStart",
  "onRunEnd",
  "onError",
  "onToolStart",
  "onToolEnd",
  "onToolError",
  "onLlmNewToken",
  "onAgentAction",
] as const;

/** All hooks: the required ones, then the optional ones. A hook's index here is its number between threads. */
export const HOOKS: readonly HookName[] = [...REQUIRED_HOOKS, "onLlmStart", "onLlmEnd", "onLlmError"];

export type HookName = (typeof REQUIRED_HOOKS)[number] | "onLlmStart" | "onLlmEnd" | "onLlmError";

/** Each hook's arguments, without the context that follows them. */
export interface HookArguments {
  onRunStart: [runId: string, inputs: Record<string, unknown>];
  onRunEnd: [runId: string, outputs: Record<string, unknown>];
  onError: [runId: string, error: Error];
  onToolStart: [toolName: string, input: string];
  onToolEnd: [toolName: string, output: string];
  onToolError: [toolName: string, error: Error];
  onLlmNewToken: [token: string];
  onAgentAction: [tool: string, toolInput: string];
  onLlmStart: [request: LlmRequest];
  onLlmEnd: [response: LlmResponse];
  onLlmError: [error: Error];
}

/** An immutable fact about a run. */
export interface TelemetryEvent<Hook extends HookName = HookName> {
  readonly hook: Hook;
  readonly arguments: HookArguments[Hook];
  readonly context: EventContext;
}

/** Where and when an event happened. */
export interface EventContext {
  /** The run's id: a UUIDv7 unless the agent chose one. */
  readonly runId: string;
  /** 32 hex digits: the digits of a UUID run id, else the start of the run id's SHA-256. */
  readonly traceId: string;
  /** 16 hex digits: the tool call's, the LLM call's, or the run's own span. */
  readonly spanId: string;
  /** 16 hex digits; absent on the run's own span. */
  readonly parentSpanId?: string | undefined;
  /** Position in the run: 0, 1, 2 …, without gaps. */
  readonly sequence: number;
  /** Milliseconds since 1970 with a fraction, taken where the event happened. */
  readonly timeUnixMs: number;
  /** The model's id of the tool call, on events of that tool call. */
  readonly toolCallId?: string | undefined;
  /** On `onRunStart` only. */
  readonly run?: RunInfo | undefined;
}

/** What the agent says of a run when it starts. */
export interface RunInfo {
  readonly name?: string | undefined;
  /** The conversation that the run belongs to; vendors call it session or thread. */
  readonly threadId?: string | undefined;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface LlmMessage {
  readonly role: string;
  readonly content: string;
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments: string }[];
  /** On a message of role `tool`: the call that it answers. */
  readonly toolCallId?: string;
}

export interface LlmRequest {
  readonly model: string;
  /** The vendor in lower case, e.g. `openai`; OpenTelemetry's `gen_ai.provider.name`. */
  readonly provider?: string;
  /** What the span is called at vendors; the model's name unless given. */
  readonly name?: string;
  readonly messages?: readonly LlmMessage[];
  /** Such as `temperature` and `max_tokens`, under the model vendor's own names. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface LlmResponse {
  /** The text, or the messages that the model answered with. */
  readonly output?: string | readonly LlmMessage[];
  readonly usage?: LlmUsage;
  readonly finishReason?: string;
  /** Milliseconds from the call's start to its first non-empty token; computed by the manager. */
  readonly timeToFirstTokenMs?: number;
}

/** Token counts. Totals include their parts: nothing is to be added up twice. */
export interface LlmUsage {
  /** Includes `cachedInputTokens`. */
  readonly inputTokens?: number;
  /** Includes `reasoningTokens`. */
  readonly outputTokens?: number;
  readonly totalTokens?: number;
  readonly cachedInputTokens?: number;
  readonly reasoningTokens?: number;
}
