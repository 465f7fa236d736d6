import type {
  BaseTelemetryExporter,
  EventContext,
  HookResult,
  LlmRequest,
  RunInfo,
  TelemetryManager,
} from "@charm/telemetry-core";
import { runInfo } from "@charm/telemetry-testkit";

/**
 * The run that each vendor's own SDK was recorded with, and two ways to have it again. What it says is read from the
 * recordings: they differ in what they keep.
 */
export interface ResearchRun {
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  /** Besides its id. */
  readonly info: Partial<RunInfo>;
  readonly request: LlmRequest;
  readonly tools: Readonly<Record<ToolName, RecordedTool>>;
  /** What `population` has failed with, and its stack. */
  readonly error: Error;
}

export type ToolName = "search" | "weather" | "population";

export interface RecordedTool {
  readonly input: string;
  readonly output: string;
  readonly toolCallId: string | undefined;
}

/** Where and when in the recording something began or ended. */
export type PlaceOf = (span: "run" | "model" | ToolName, where: "start" | "end") => EventContext;

export const RESEARCH_RUN_ID = "0192f0c1-7a10-7000-8000-00000000c0de";

const TOKENS = ["Paris is the ", "capital of France."];
const USAGE = { inputTokens: 42, outputTokens: 7, totalTokens: 49 };
const ACTION_INPUT = '{"query":"capital of France"}';

/** Hands the run to the exporter as hooks, with ids and times of the recording. */
export function playHooks(
  exporter: Required<BaseTelemetryExporter>,
  accept: (...results: HookResult[]) => void,
  { inputs, outputs, info, request, tools, error }: ResearchRun,
  at: PlaceOf,
  { actionUnixMs, timeToFirstTokenMs }: { actionUnixMs: number; timeToFirstTokenMs: number },
): void {
  const root = at("run", "start");
  const { search, weather, population } = tools;
  accept(
    exporter.onRunStart(RESEARCH_RUN_ID, inputs, { ...root, run: runInfo(info) }),
    exporter.onAgentAction("search", ACTION_INPUT, { ...root, timeUnixMs: actionUnixMs }),
    exporter.onToolStart("search", search.input, at("search", "start")),
    exporter.onLlmStart(request, at("model", "start")),
    ...TOKENS.map((token): HookResult => exporter.onLlmNewToken(token, at("model", "start"))),
    exporter.onLlmEnd({ usage: USAGE, finishReason: "stop", timeToFirstTokenMs }, at("model", "end")),
    exporter.onToolEnd("search", search.output, at("search", "end")),
    exporter.onToolStart("weather", weather.input, at("weather", "start")),
    exporter.onToolStart("population", population.input, at("population", "start")),
    exporter.onToolError("population", error, at("population", "end")),
    exporter.onToolEnd("weather", weather.output, at("weather", "end")),
    exporter.onRunEnd(RESEARCH_RUN_ID, outputs, at("run", "end")),
  );
}

/** Lets an agent do the run again: times, and all ids but the run's and the tool calls', are new. */
export function playAgent(
  manager: TelemetryManager,
  { inputs, outputs, info, request, tools, error }: ResearchRun,
): void {
  const run = manager.startRun(inputs, { runId: RESEARCH_RUN_ID, ...info });
  run.action("search", ACTION_INPUT);
  const search = run.startTool("search", tools.search.input, { toolCallId: tools.search.toolCallId });
  const llm = run.startLlm(request, { parent: search });
  for (const token of TOKENS) llm.token(token);
  llm.end({ usage: USAGE, finishReason: "stop" });
  search.end(tools.search.output);
  const weather = run.startTool("weather", tools.weather.input, { toolCallId: tools.weather.toolCallId });
  const population = run.startTool("population", tools.population.input, { toolCallId: tools.population.toolCallId });
  population.fail(error);
  weather.end(tools.weather.output);
  run.end(outputs);
}
