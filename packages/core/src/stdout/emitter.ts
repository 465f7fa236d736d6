import { collectSecrets, Masker } from "../secrets.ts";
import { SETTINGS_DEFAULTS } from "../settings.ts";
import { errorText, SNAPSHOT_LIMITS, snapshotRecord, snapshotText, snapshotValue } from "../snapshot.ts";
import type { Json } from "../snapshot.ts";
import type { LineKind } from "./backlog.ts";
import { cutTextLine, fieldsLine, foreignLine, MAX_ATOMIC_BYTES, textLine, textLines } from "./protocol.ts";
import type { CharmEventType } from "./protocol.ts";
import { processWriter } from "./writer.ts";
import type { StdoutWriter } from "./writer.ts";

export interface CharmEmitterOptions {
  /** The process's own writer to stdout unless given. */
  readonly writer?: StdoutWriter;
  /** Masks secrets before anything else is done with a text; made of the environment unless given. */
  readonly masker?: Masker;
  /** Bytes of the longest line that an event that cannot be split may take. */
  readonly maxLineBytes?: number;
}

// Made once: the backlog tells kinds apart by identity.
export const KINDS: Readonly<Record<CharmEventType, LineKind>> = {
  delta: { type: "delta", importance: 0 },
  thinking: { type: "thinking", importance: 0 },
  telemetry: { type: "telemetry", importance: 0 },
  status: { type: "status", importance: 1 },
  artifact: { type: "artifact", importance: 1 },
  tool_usage: { type: "tool_usage", importance: 1 },
  state_update: { type: "state_update", importance: 1 },
  control: { type: "control", importance: 1 },
  final: { type: "final", importance: 2 },
  error: { type: "error", importance: 2 },
};

/** An event of a type that we do not know. */
const FOREIGN: LineKind = { type: "other", importance: 1 };

/** What became of everything: kept as long as a final event, because it says what was not kept. */
export const REPORT: LineKind = { type: "telemetry", importance: 2 };

/** A final text in parts: kept as long as a final event. */
const FINAL_DELTA: LineKind = { type: "delta", importance: 2 };

/**
 * Writes events to stdout for the runner, which forwards them to people's browsers.
 *
 * Nothing here throws or blocks, whatever it is given. Secrets are masked. Texts of `thinking` and `delta` that do not
 * fit into a line of 4096 bytes become several events, whose contents together are the text.
 */
export class CharmEmitter {
  readonly writer: StdoutWriter;
  readonly #maxLineBytes: number;
  readonly #cuts = { truncated: 0 };
  #masker: Masker;
  /** Copied from the masker: shorter texts cannot hold a secret. */
  #shortest: number;
  #diverted: ((type: CharmEventType, content: Json) => void) | undefined;

  constructor(options: CharmEmitterOptions = {}) {
    this.writer = options.writer ?? processWriter();
    this.#masker = options.masker ?? new Masker(collectSecrets(process.env));
    this.#shortest = this.#masker.shortest;
    this.#maxLineBytes = options.maxLineBytes ?? SETTINGS_DEFAULTS.stdoutMaxLineBytes;
  }

  setMasker(masker: Masker): void {
    this.#masker = masker;
    this.#shortest = masker.shortest;
  }

  /** Replaces what the user sees as the agent's present state. Cut at 4096 bytes. */
  status(content: string): void {
    this.emitCut("status", content);
  }

  /** A step of the agent's work; normally ends in a newline. */
  thinking(content: string): void {
    this.emitText("thinking", content);
  }

  /** A piece of the answer, to be appended to what came before. */
  delta(content: string): void {
    this.emitText("delta", content);
  }

  /**
   * The answer. A text that does not fit into a line of 4096 bytes is sent as `delta` events instead; so is the JSON of
   * an object that does not fit into `maxLineBytes`, after a `status` that says so.
   */
  final(content: unknown): void {
    this.emitFinal(content);
  }

  /** Why the run failed: a text, or what was thrown. Cut at 4096 bytes. */
  error(error: unknown): void {
    this.emitCut("error", typeof error === "string" ? error : errorText(error));
  }

  /** A file that the agent has made. */
  artifact(artifact: { readonly name: string; readonly url: string; readonly mime: string }): void {
    const { name, url, mime } = snapshotRecord(artifact, this.#cuts);
    this.emitFields("artifact", { content: { name: this.#text(name), url: this.#text(url), mime: this.#text(mime) } });
  }

  /** For billing: `count` uses of a tool. */
  toolUsage(tool: string, count: number = 1): void {
    this.emitFields("tool_usage", { tool: this.#text(tool), count: Number.isFinite(count) ? Math.trunc(count) : 0 });
  }

  /** The agent's state, which the next run of the thread is given. */
  stateUpdate(state: unknown): void {
    this.emitFields("state_update", { content: this.#value(state) });
  }

  /** The run waits for a person: `threadId` is what to resume, `nextStep` where. */
  control(control: { readonly threadId: string; readonly nextStep: string; readonly status?: string }): void {
    const { status = "suspended", threadId, nextStep } = snapshotRecord(control, this.#cuts);
    this.emitFields("control", {
      status: this.#text(status),
      thread_id: this.#text(threadId),
      next_step: this.#text(nextStep),
    });
  }

  // What follows is for exporters to stdout: `fragment` is further fields as JSON, with a comma before each.

  /** Hands events to `show`, without secrets, in place of writing their lines. */
  divert(show: (type: CharmEventType, content: Json) => void): void {
    this.#diverted = show;
  }

  /** One event, or several whose contents together are `content`. */
  emitText(type: "thinking" | "delta", content: string, fragment: string = ""): void {
    const text = this.#text(content);
    if (this.#diverted !== undefined) return this.#diverted(type, text);
    for (const line of textLines(type, text, fragment)) this.writer.write(KINDS[type], line);
  }

  /** One event, whose content is cut to fit. */
  emitCut(type: "status" | "error", content: string, fragment: string = ""): void {
    const text = this.#text(content);
    if (this.#diverted !== undefined) return this.#diverted(type, text);
    this.writer.write(KINDS[type], cutTextLine(type, text, fragment));
  }

  /** One event, or a `status` that says that it was too long. */
  emitFields(
    type: CharmEventType,
    fields: Readonly<Record<string, Json>>,
    fragment: string = "",
    kind: LineKind = KINDS[type],
  ): void {
    if (this.#diverted !== undefined) return this.#diverted(type, fields["content"] ?? fields);
    const line = fieldsLine(type, fields, fragment);
    if (line.length <= this.#maxLineBytes) this.writer.write(kind, line);
    else this.#leaveOut(kind, line.length);
  }

  emitFinal(content: unknown, fragment: string = ""): void {
    const value = this.#value(content);
    if (this.#diverted !== undefined) return this.#diverted("final", value);
    if (typeof value !== "object" || value === null) {
      this.#finalText(value === null ? "" : String(value), fragment);
      return;
    }
    const format = Object.hasOwn(value, "_charm_render_type") && !Array.isArray(value) ? "rich_component" : "json";
    const line = fieldsLine("final", { content: value, format }, fragment);
    if (line.length <= this.#maxLineBytes) {
      this.writer.write(KINDS.final, line);
      return;
    }
    this.emitCut("status", `The answer follows as text: ${this.#excess(line.length)}.`);
    this.#finalText(JSON.stringify(value), fragment);
  }

  /** Text for people, as it is. */
  print(type: CharmEventType, text: string): void {
    this.writer.write(KINDS[type], Buffer.from(this.#text(text)).toString("latin1"));
  }

  /** An event's line that somebody else has rendered, such as a print of a helper script; without its newline. */
  passOn(line: string): void {
    const { type, bytes } = foreignLine(this.#text(line));
    const kind = type === undefined ? FOREIGN : KINDS[type];
    if (bytes.length <= this.#maxLineBytes) this.writer.write(kind, bytes);
    else this.#leaveOut(kind, bytes.length);
  }

  /** In UTF-16 units, however it is written. */
  get longestSecret(): number {
    return this.#masker.longest;
  }

  mask(text: string): string {
    return this.#text(text);
  }

  /** A copy without secrets. */
  maskValue<Value>(value: Value): Value {
    return this.#masker.maskValue(value);
  }

  #finalText(text: string, fragment: string): void {
    if (text.length < MAX_ATOMIC_BYTES) {
      const line = textLine("final", text, `,"format":"markdown"${fragment}`);
      if (line.length <= MAX_ATOMIC_BYTES) {
        this.writer.write(KINDS.final, line);
        return;
      }
    }
    for (const line of textLines("delta", text, fragment)) this.writer.write(FINAL_DELTA, line);
  }

  #leaveOut(kind: LineKind, bytes: number): void {
    this.writer.drop(kind.type, 1);
    this.emitCut("status", `An event of type ${kind.type} was left out: ${this.#excess(bytes)}.`);
  }

  #excess(bytes: number): string {
    return `it takes ${bytes} bytes, and CHARM_TELEMETRY_STDOUT_MAX_LINE allows ${this.#maxLineBytes}`;
  }

  #text(value: unknown): string {
    const text =
      typeof value === "string" && value.length <= SNAPSHOT_LIMITS.characters ? value : snapshotText(value, this.#cuts);
    return text.length < this.#shortest ? text : this.#masker.mask(text);
  }

  #value(value: unknown): Json {
    return this.#masker.maskValue(snapshotValue(value, this.#cuts));
  }
}
