import type { EventContext, LlmRequest, LlmResponse } from "../events.ts";
import type { ExporterHealth, TelemetryHealth } from "../health.ts";
import { errorText } from "../snapshot.ts";
import type { Json } from "../snapshot.ts";
import { isTerminal } from "./descriptor.ts";
import type { CharmEmitter } from "./emitter.ts";
import type { CharmEventType } from "./protocol.ts";

const COLOURS = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33", cyan: "36" } as const;

/** Characters of an input, an output or an error that are shown. */
const DETAIL_CHARACTERS = 72;
/** Runs beside others show whole lines; a line that does not end is shown at this length. */
const LINE_CHARACTERS = 100;
/** More are runs that never end: the oldest is forgotten. */
const MAX_OPEN_RUNS = 1000;

interface OpenRun {
  readonly id: string;
  readonly name: string;
  readonly startUnixMs: number;
  /** What is open in the run, by span. */
  readonly open: Map<string, { readonly name: string; readonly startUnixMs: number }>;
  readonly count: { tools: number; calls: number; inputTokens: number; outputTokens: number };
  hasStreamed: boolean;
  /** Whether other runs were open beside it: its lines then say whose they are. */
  hasCompany: boolean;
  /** Streamed text that waits for the end of its line. */
  text: string;
}

/** Shows runs to a person at a terminal. */
export class PrettyPrinter {
  readonly #emitter: CharmEmitter;
  readonly #hasColour: boolean;
  readonly #runs = new Map<string, OpenRun>();
  /** Whether the cursor stands behind streamed text. */
  #isInLine = false;

  constructor(emitter: CharmEmitter) {
    this.#emitter = emitter;
    const { NO_COLOR, TERM } = process.env;
    emitter.divert((type, content) => this.#event(type, content));
    this.#hasColour = isTerminal() && (NO_COLOR ?? "") === "" && TERM !== "dumb";
  }

  runStart(context: EventContext): void {
    const run = this.#run(context);
    this.#show("telemetry", run, `${this.#in("bold", `● ${run.name}`)} ${this.#in("dim", this.#detail(run.id))}`);
  }

  runEnd(outputs: Record<string, unknown>, context: EventContext): void {
    const run = this.#run(context);
    const answer = outputs["output"] ?? outputs["content"] ?? outputs;
    if (!run.hasStreamed && Object.keys(outputs).length > 0) {
      const text = typeof answer === "string" ? answer : JSON.stringify(answer, undefined, 2);
      for (const line of this.#printable(text).split("\n")) this.#show("final", run, `  ${line}`);
    }
    this.#show("telemetry", run, `${this.#in("green", `✓ ${run.name}`)} ${this.#in("dim", summaryOf(run, context))}`);
    this.#runs.delete(run.id);
  }

  runError(error: Error, context: EventContext): void {
    const run = this.#run(context);
    this.#show("error", run, `${this.#in("red", `✗ ${run.name}`)} ${this.#in("dim", summaryOf(run, context))}`);
    this.#show("error", run, `  ${this.#in("red", this.#printable(errorText(error)))}`);
    this.#runs.delete(run.id);
  }

  toolStart(toolName: string, input: string, context: EventContext): void {
    const run = this.#run(context);
    run.count.tools++;
    run.open.set(context.spanId, { name: toolName, startUnixMs: context.timeUnixMs });
    this.#show("thinking", run, `  ${this.#in("cyan", `→ ${this.#detail(toolName)}`)} ${this.#detail(input)}`);
  }

  toolEnd(toolName: string, output: string, context: EventContext): void {
    const run = this.#run(context);
    const head = `${this.#in("cyan", `← ${this.#detail(toolName)}`)} ${this.#in("dim", timeOf(run, context))}`;
    this.#show("thinking", run, `  ${head} ${this.#detail(output)}`);
  }

  toolError(toolName: string, error: Error, context: EventContext): void {
    this.#failed("thinking", toolName, error, context);
  }

  action(tool: string, toolInput: string, context: EventContext): void {
    const text = `… needs ${this.#detail(tool)} with ${this.#detail(toolInput)}`;
    this.#show("thinking", this.#run(context), `  ${this.#in("dim", text)}`);
  }

  llmStart({ model }: LlmRequest, context: EventContext): void {
    const run = this.#run(context);
    run.count.calls++;
    run.open.set(context.spanId, { name: model, startUnixMs: context.timeUnixMs });
  }

  llmEnd({ usage, timeToFirstTokenMs }: LlmResponse, context: EventContext): void {
    const run = this.#run(context);
    const model = this.#detail(run.open.get(context.spanId)?.name ?? "model");
    const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
    run.count.inputTokens += inputTokens;
    run.count.outputTokens += outputTokens;
    const firstToken = timeToFirstTokenMs === undefined ? "" : `, first token after ${seconds(timeToFirstTokenMs)}`;
    const used = usage === undefined ? "" : `, ${inputTokens} tokens in, ${outputTokens} out`;
    this.#show("telemetry", run, `  ${this.#in("dim", `✱ ${model} ${timeOf(run, context)}${firstToken}${used}`)}`);
  }

  llmError(error: Error, context: EventContext): void {
    this.#failed("telemetry", this.#run(context).open.get(context.spanId)?.name ?? "model", error, context);
  }

  token(token: string, context: EventContext): void {
    const run = this.#run(context);
    run.hasStreamed = true;
    run.text += this.#printable(token);
    const end = !run.hasCompany || run.text.length > LINE_CHARACTERS ? run.text.length : run.text.lastIndexOf("\n") + 1;
    if (end === 0) return;
    const text = run.text.slice(0, end);
    run.text = run.text.slice(end);
    if (!run.hasCompany) this.#stream(text);
    else
      for (const line of text.replace(/\n$/, "").split("\n")) this.#print("delta", `${this.#gutter(run)}  ${line}\n`);
  }

  report(health: TelemetryHealth): void {
    const lost = Object.entries(health.stdout.droppedBy).map(([type, count]) => `${count} ${type}`);
    const lines = health.exporters.length === 0 ? [] : reportTable(health.exporters);
    if (lost.length > 0) lines.push(this.#in("yellow", `stdout: ${lost.join(", ")} dropped`));
    if (lines.length > 0) this.#print("telemetry", `${lines.join("\n")}\n`);
  }

  /** What the agent emits itself, of whatever run. */
  #event(type: CharmEventType, content: Json): void {
    const text = this.#printable(typeof content === "string" ? content : JSON.stringify(content));
    if (type === "delta") this.#stream(text);
    else if (type === "thinking" || type === "final") this.#print(type, `${text.replace(/\n$/, "")}\n`);
    else this.#print(type, `${this.#in(type === "error" ? "red" : "dim", `${type}: ${text}`)}\n`);
  }

  #failed(type: CharmEventType, name: string, error: Error, context: EventContext): void {
    const run = this.#run(context);
    const head = `${this.#in("red", `✗ ${this.#detail(name)}`)} ${this.#in("dim", timeOf(run, context))}`;
    this.#show(type, run, `  ${head} ${this.#in("red", this.#detail(errorText(error)))}`);
  }

  #run(context: EventContext): OpenRun {
    const known = this.#runs.get(context.runId);
    if (known !== undefined) return known;
    const run: OpenRun = {
      id: context.runId,
      name: this.#detail(context.run?.name ?? "run"),
      startUnixMs: context.timeUnixMs,
      open: new Map(),
      count: { tools: 0, calls: 0, inputTokens: 0, outputTokens: 0 },
      hasStreamed: false,
      hasCompany: false,
      text: "",
    };
    this.#runs.set(run.id, run);
    if (this.#runs.size > 1) for (const open of this.#runs.values()) open.hasCompany = true;
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > MAX_OPEN_RUNS && oldest !== undefined) this.#runs.delete(oldest);
    return run;
  }

  /** One line of a run, after the text that it has streamed before. */
  #show(type: CharmEventType, run: OpenRun, line: string): void {
    if (run.text !== "") this.#print("delta", `${this.#gutter(run)}  ${run.text}\n`);
    run.text = "";
    this.#print(type, `${this.#gutter(run)}${line}\n`);
  }

  /** Text of the only run there is, as it comes. */
  #stream(text: string): void {
    const lines = text.replaceAll("\n", "\n  ");
    this.#emitter.print("delta", this.#isInLine ? lines : `  ${lines}`);
    this.#isInLine = true;
  }

  #print(type: CharmEventType, lines: string): void {
    this.#emitter.print(type, this.#isInLine ? `\n${lines}` : lines);
    this.#isInLine = false;
  }

  #gutter(run: OpenRun): string {
    return run.hasCompany ? this.#in("dim", `${this.#printable(run.id).slice(-6)} │ `) : "";
  }

  #in(colour: keyof typeof COLOURS, text: string): string {
    return this.#hasColour && text !== "" ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }

  /** The beginning, in one line. */
  #detail(text: string): string {
    const line = this.#printable(text).replaceAll(/\s+/g, " ").trim();
    return line.length <= DETAIL_CHARACTERS ? line : `${line.slice(0, DETAIL_CHARACTERS - 1)}…`;
  }

  /** Masked before anything is cut off, and without what would steer the terminal. */
  #printable(text: string): string {
    return stripControl(this.#emitter.mask(text)).replaceAll(/(?![\n\t])\p{Cc}/gu, "");
  }
}

function stripControl(text: string): string {
  // Importing node:util makes Node 22 and 24 touch stdout and stderr, whose pipes then are non-blocking for all.
  return process.getBuiltinModule("node:util").stripVTControlCharacters(text);
}

/** How long what ends now has taken. */
function timeOf(run: OpenRun, context: EventContext): string {
  const started = run.open.get(context.spanId);
  run.open.delete(context.spanId);
  return started === undefined ? "" : seconds(context.timeUnixMs - started.startUnixMs);
}

function summaryOf({ startUnixMs, count }: OpenRun, context: EventContext): string {
  const facts = [seconds(context.timeUnixMs - startUnixMs)];
  if (count.tools > 0) facts.push(`${count.tools} tool ${count.tools === 1 ? "call" : "calls"}`);
  if (count.calls > 0) facts.push(`${count.calls} model ${count.calls === 1 ? "call" : "calls"}`);
  if (count.inputTokens + count.outputTokens > 0)
    facts.push(`${count.inputTokens} tokens in, ${count.outputTokens} out`);
  return facts.join(", ");
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function reportTable(exporters: readonly ExporterHealth[]): string[] {
  const columns = ["accepted", "delivered", "dropped", "pending"] as const;
  const nameWidth = Math.max("exporter".length, ...exporters.map(({ name }) => name.length));
  const row = (name: string, cells: readonly string[]): string =>
    name.padEnd(nameWidth) + cells.map((cell, index) => cell.padStart((columns[index]?.length ?? 0) + 2)).join("");
  return [
    row("exporter", columns),
    ...exporters.map(
      (exporter) =>
        `${row(
          exporter.name,
          columns.map((column) => `${exporter[column]}`),
        )}${reasonsOf(exporter)}`,
    ),
  ];
}

function reasonsOf({ state, droppedBy }: ExporterHealth): string {
  const reasons = Object.entries(droppedBy).map(([reason, count]) => `${count} ${reason}`);
  const facts = [...(state === "ready" || state === "stopped" ? [] : [state]), ...reasons];
  return facts.length === 0 ? "" : `  (${facts.join(", ")})`;
}
