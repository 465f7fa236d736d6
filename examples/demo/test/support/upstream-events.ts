import type {
  LlmStep,
  RecordedError,
  RecordedRun,
  RecordedToolCall,
  RecordedToolResult,
  ToolsStep,
} from "@charm/telemetry-testkit";

/** An event as people are to see it, in upstream's words. */
export interface UpstreamEvent {
  readonly type: string;
  readonly content: unknown;
  readonly format?: string;
}

/** What stdout has to show of a run, made from the recording alone. */
export function upstreamEvents(recording: RecordedRun): UpstreamEvent[] {
  // Tools that the provider runs itself: an agent reports those alone whose result is in an answer.
  const provided = new Set(
    llmSteps(recording).flatMap((step) => (step.toolResults ?? []).map((tool) => tool.toolCallId)),
  );
  const events = recording.steps.flatMap((step) => (step.type === "llm" ? answer(step, provided) : tools(step)));
  return [...events, ...end(recording)];
}

export function tokensOf(recording: RecordedRun): string[] {
  return llmSteps(recording).flatMap(({ tokens }) => tokens);
}

function llmSteps({ steps }: RecordedRun): LlmStep[] {
  return steps.filter((step) => step.type === "llm");
}

function answer({ tokens, toolCalls = [], toolResults = [] }: LlmStep, provided: ReadonlySet<string>): UpstreamEvent[] {
  const events: UpstreamEvent[] = [];
  for (let count = 0; count <= tokens.length; count++) {
    for (const call of toolCalls.filter(({ afterTokens }) => afterTokens === count)) {
      events.push(action(call));
      if (provided.has(call.id)) events.push(toolStart(call));
    }
    events.push(...toolResults.filter(({ afterTokens }) => afterTokens === count).map(toolOutcome));
    const token = tokens[count];
    if (token !== undefined) events.push({ type: "delta", content: token });
  }
  return events;
}

function tools({ calls }: ToolsStep): UpstreamEvent[] {
  return [...calls.map(toolStart), ...calls.map(toolOutcome)];
}

/** Upstream shows an answer once: as it streamed, or else at the end. */
function end(recording: RecordedRun): UpstreamEvent[] {
  if (recording.error !== undefined) return [{ type: "error", content: recording.error.message }];
  if (tokensOf(recording).length > 0) return [];
  const content = recording.outputs["output"] ?? recording.outputs["content"] ?? recording.outputs;
  return [{ type: "final", content, format: typeof content === "string" ? "markdown" : "json" }];
}

function action({ name, input }: Pick<RecordedToolCall, "name" | "input">): UpstreamEvent {
  return thinking(`Thought: I need to use ${name} with ${input}\n`);
}

function toolStart({ name, input }: Pick<RecordedToolCall, "name" | "input">): UpstreamEvent {
  return thinking(`Using Tool: ${name}\nInput: ${input}\n`);
}

function toolOutcome({
  output = "",
  error,
}: Pick<RecordedToolResult, "output"> & { error?: RecordedError }): UpstreamEvent {
  if (error !== undefined) return thinking(`Tool Error: ${error.message}\n`);
  return thinking(`Tool Output: ${Array.from(output).slice(0, 500).join("")}...\n`);
}

function thinking(content: string): UpstreamEvent {
  return { type: "thinking", content };
}
