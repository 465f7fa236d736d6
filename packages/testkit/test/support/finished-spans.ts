import type { LlmSpan, RunSpan, SpanPlace, ToolSpan } from "@charm/telemetry-core/kit";

/** Finished spans as the kit hands them to an exporter: a run, its tool call, and the call of a model inside of that. */

export const SPAN_AT = 1_795_338_694_583.0181;

const RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

const runPlace = placeOf("0cc3c4072e8d8f90", undefined);
const toolPlace = placeOf("ffffffffffffffff", runPlace);
const llmPlace = placeOf("0000000000000001", toolPlace);

const base = {
  runId: RUN_ID,
  traceId: RUN_ID.replaceAll("-", ""),
  startTimeUnixMs: SPAN_AT,
  endTimeUnixMs: SPAN_AT + 12.5,
  status: "ok",
  error: undefined,
  isPartial: false,
  run: { name: "research-agent", threadId: "session-42", tags: ["team:research"], metadata: { plan: "pro" } },
  actions: [],
  streamedText: undefined,
  eventCount: 2,
} as const;

export const runSpan: RunSpan = {
  ...base,
  ...whereabouts(runPlace),
  kind: "run",
  name: "research-agent",
  input: { question: "?" },
  output: { answer: "!" },
};

export const toolSpan: ToolSpan = {
  ...base,
  ...whereabouts(toolPlace),
  kind: "tool",
  name: "search",
  input: '{"query":"x"}',
  output: "found",
  toolCallId: "call_1",
};

export const llmSpan: LlmSpan = {
  ...base,
  ...whereabouts(llmPlace),
  kind: "llm",
  name: "chat-model",
  model: "gpt-4o-mini",
  provider: "openai",
  parameters: { temperature: 0, max_tokens: 64 },
  input: [{ role: "user", content: "?" }],
  output: "!",
  usage: { inputTokens: 42, outputTokens: 7, cachedInputTokens: 30, reasoningTokens: 2, totalTokens: 49 },
  finishReason: "stop",
  timeToFirstTokenMs: 2.5,
};

function placeOf(spanId: string, parent: SpanPlace | undefined): SpanPlace {
  return { spanId, parentSpanId: parent?.spanId, startTimeUnixMs: SPAN_AT, parent };
}

function whereabouts(place: SpanPlace): Pick<RunSpan, "spanId" | "parentSpanId" | "place"> {
  return { spanId: place.spanId, parentSpanId: place.parentSpanId, place };
}
