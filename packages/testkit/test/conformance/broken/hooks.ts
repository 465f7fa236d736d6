import type { EventContext, HookName, HookResult } from "@charm/telemetry-core";
import { broken } from "./broken.ts";
import { PlainExporter } from "./plain-exporter.ts";

class Unfinished extends PlainExporter {
  override onError(): HookResult {
    if (process.env["PLAIN_KEY"] !== undefined) throw new Error("not implemented");
    return super.onError();
  }
}

class GivesUp extends PlainExporter {
  override onError(): HookResult {
    return process.env["PLAIN_KEY"] === undefined ? super.onError() : Promise.reject(new Error("gave up"));
  }
}

class WantsMore extends PlainExporter {
  override start(): void {
    if (process.env["PLAIN_REGION"] === undefined) this.disable("no region. Set PLAIN_REGION.");
  }
}

class UsesTextsAsHeaders extends PlainExporter {
  protected override take(hook: HookName, values: unknown[]): HookResult {
    for (const value of values) if (typeof value === "string") new Headers({ "x-value": encodeURIComponent(value) });
    return super.take(hook, values);
  }
}

class CallsMethodsOfRecords extends PlainExporter {
  override onRunStart(runId: string, inputs: object, context: EventContext): HookResult {
    if (inputs.hasOwnProperty("question")) this.count("requests", 0);
    return super.onRunStart(runId, inputs, context);
  }
}

class ExpectsText extends PlainExporter {
  override onToolEnd(name: string, output: string): HookResult {
    const [first] = output.split(/\s+/).filter(Boolean) as [string];
    first.toUpperCase();
    return super.onToolEnd(name, output);
  }
}

class SpreadsText extends PlainExporter {
  override onToolEnd(name: string, output: string): HookResult {
    String.fromCharCode(...Buffer.from(output));
    return super.onToolEnd(name, output);
  }
}

/** Keeps what is open, and trusts that it is there. */
class Trusting extends PlainExporter {
  protected readonly open = new Map<string, EventContext>();
  protected close(key: string): void {
    const context = this.open.get(key) as EventContext;
    this.open.delete(key);
    this.fail(context.spanId);
  }
}

class ParentsFirst extends Trusting {
  readonly #seen = new Set<string>();
  protected override take(hook: HookName, values: unknown[]): HookResult {
    const { spanId, parentSpanId } = values.at(-1) as EventContext;
    if (hook.endsWith("Start")) {
      if (parentSpanId !== undefined && !this.#seen.has(parentSpanId)) throw new Error(`no span ${parentSpanId}`);
      this.#seen.add(spanId);
    }
    return super.take(hook, values);
  }
}

class StartsFirst extends Trusting {
  readonly #started = new Set<string>();
  protected override take(hook: HookName, values: unknown[]): HookResult {
    const { spanId } = values.at(-1) as EventContext;
    if (hook.endsWith("Start")) this.#started.add(spanId);
    else if (hook === "onToolEnd" && !this.#started.has(spanId)) throw new Error(`no span ${spanId}`);
    return super.take(hook, values);
  }
}

class NothingAfterTheEnd extends PlainExporter {
  readonly #ended = new Set<string>();
  protected override take(hook: HookName, values: unknown[]): HookResult {
    const { runId } = values.at(-1) as EventContext;
    if (hook === "onAgentAction" && this.#ended.has(runId)) throw new Error("the run is over");
    if (hook === "onRunEnd") this.#ended.add(runId);
    return super.take(hook, values);
  }
}

class NothingTwice extends PlainExporter {
  readonly #seen = new Set<string>();
  protected override take(hook: HookName, values: unknown[]): HookResult {
    const { runId, sequence } = values.at(-1) as EventContext;
    if (this.#seen.has(`${runId}/${sequence}`)) throw new Error("seen before");
    this.#seen.add(`${runId}/${sequence}`);
    if (this.#seen.size > 1000) this.#seen.clear();
    return super.take(hook, values);
  }
}

/** Loses one when two have the same name, and never settles it. */
class ToolsByName extends PlainExporter {
  readonly #open = new Map<string, true>();
  override onToolStart(name: string, ...rest: unknown[]): HookResult {
    if (this.isOver || name !== "tide_table") return super.onToolStart(name, ...rest);
    this.#open.set(name, true);
    return this.pending;
  }
  override onToolEnd(name: string, ...rest: unknown[]): HookResult {
    this.#close(name);
    return super.onToolEnd(name, ...rest);
  }
  override onToolError(name: string, ...rest: unknown[]): HookResult {
    this.#close(name);
    return super.onToolError(name, ...rest);
  }
  override shutdown(): Promise<void> {
    for (const name of this.#open.keys()) this.#close(name);
    return super.shutdown();
  }
  #close(name: string): void {
    if (this.#open.delete(name)) this.settle(1, "delivered");
  }
}

/** Takes the end of a run inside another one for the end of both. */
class OneRun extends PlainExporter {
  #started = 0;
  #current: string | undefined;
  protected override take(hook: HookName, values: unknown[]): HookResult {
    const { runId } = values.at(-1) as EventContext;
    if (hook === "onRunStart") {
      this.#current = runId;
      this.#started++;
    }
    if (hook === "onRunEnd" && this.#started === 2) {
      if (this.#current === undefined) throw new Error("no run is open");
      this.#current = undefined;
    }
    return super.take(hook, values);
  }
}

/** Takes a run inside another, as a stack has it. */
class AStackOfRuns extends PlainExporter {
  readonly #stack: string[] = [];
  protected override take(hook: HookName, values: unknown[]): HookResult {
    const { runId } = values.at(-1) as EventContext;
    if (hook === "onRunStart") this.#stack.push(runId);
    if (hook === "onRunEnd" && this.#stack.includes(runId) && this.#stack.pop() !== runId)
      throw new Error(`run ${runId} is not the innermost one`);
    return super.take(hook, values);
  }
}

class Redacts extends PlainExporter {
  override onRunStart(runId: string, inputs: Record<string, unknown>, context: EventContext): HookResult {
    if ("question" in inputs) inputs["question"] = "[redacted]";
    return super.onRunStart(runId, inputs, context);
  }
}

class MarksErrors extends PlainExporter {
  override onToolError(name: string, error: Error, context: EventContext): HookResult {
    Object.assign(error, { isReported: true });
    return super.onToolError(name, error, context);
  }
}

class NeverSettles extends PlainExporter {
  override flush(): void {
    this.kept = 0;
  }
}

class ForgetsOpenSpans extends PlainExporter {
  override onLlmStart(): HookResult {
    return this.pending;
  }
}

class SettlesTwice extends PlainExporter {
  override flush(): void {
    this.settle(this.kept, "delivered");
    this.settle(this.kept, "delivered");
    this.kept = 0;
  }
}

class AlsoDelivers extends PlainExporter {
  protected override take(hook: HookName, values: unknown[]): HookResult {
    const answer = super.take(hook, values);
    return hook === "onToolEnd" && !this.isOver ? undefined : answer;
  }
}

class OwnWords extends PlainExporter {
  override flush(): void {
    this.settle(this.kept, "lost" as "unknown");
    void super.flush();
  }
}

class ClosesTwice extends PlainExporter {
  #connection: { close(): void } | undefined = { close() {} };
  override async shutdown(): Promise<void> {
    (this.#connection as { close(): void }).close();
    this.#connection = undefined;
    await super.shutdown();
  }
}

class KeepsOn extends PlainExporter {
  override async shutdown(): Promise<void> {
    await this.flush();
  }
}

class RemembersEverything extends PlainExporter {
  readonly #events: unknown[] = [];
  protected override take(hook: HookName, values: unknown[]): HookResult {
    this.#events.push(values);
    return super.take(hook, values);
  }
}

class RemembersTools extends PlainExporter {
  readonly #outputs = new Map<string, string>();
  override onToolEnd(name: string, output: string, context: EventContext): HookResult {
    this.#outputs.set(context.spanId, output);
    return super.onToolEnd(name, output, context);
  }
}

export const BROKEN_HOOKS = {
  "a hook that is not done": broken("ordinary-values", /onError failed: Error: not implemented/, Unfinished),
  "a hook that rejects": broken("ordinary-values", /onError failed: Error: gave up/, GivesUp),
  "a variable that nobody was told of": broken("ordinary-values", /switched itself off: no region/, WantsMore),
  "texts that cannot be encoded": broken("hostile-values", /URIError: URI malformed/, UsesTextsAsHeaders),
  "methods of somebody else's record": broken(
    "hostile-values",
    /hasOwnProperty is not a function/,
    CallsMethodsOfRecords,
  ),
  "a text that has to hold something": broken("empty-values", /onToolEnd failed: TypeError/, ExpectsText),
  "a text as arguments": broken("huge-values", /onToolEnd failed: RangeError/, SpreadsText),
  "parents that have to be there": broken("child-before-parent", /onToolStart failed: Error: no span/, ParentsFirst),
  "starts that have to be there": broken("end-before-start", /onToolEnd failed: Error: no span/, StartsFirst),
  "an end that has to be the last": broken(
    "events-after-the-end duplicate-events",
    /the run is over/,
    NothingAfterTheEnd,
  ),
  "events that have to be new": broken("duplicate-events", /seen before/, NothingTwice),
  "tools by their names": broken(
    "parallel-tools interleaved-runs duplicate-events",
    /2 of \d+ events are still pending/,
    ToolsByName,
  ),
  "one run at a time": broken("nested-runs duplicate-events", /no run is open/, OneRun),
  "a stack of runs": broken("interleaved-runs", /is not the innermost one/, AStackOfRuns),
  "redaction in place": broken(
    "arguments-untouched",
    /changed arguments\[1\]\.question from .*high tide.* to "\[redacted\]"/,
    Redacts,
  ),
  "a mark on errors": broken("arguments-untouched", /isReported from undefined to true/, MarksErrors),
  "events that are never settled": broken("events-settled", /\d+ of \d+ events are still pending/, NeverSettles),
  "an open call that is never settled": broken("events-settled", /3 of \d+ events are still pending/, ForgetsOpenSpans),
  "a flush that settles twice": broken("accounts-exact", /\d+ more than the \d+ events/, SettlesTwice),
  "an event that is settled as well as returned": broken("accounts-exact", /2 more than/, AlsoDelivers),
  "an outcome of its own": broken("accounts-exact", /settle\(\d+, "lost"\): there is no such outcome/, OwnWords),
  "a shutdown that works once": broken("shutdown-twice", /it failed: TypeError/, ClosesTwice),
  "an exporter that goes on after its end": broken("after-shutdown", /\d+ of them are pending/, KeepsOn),
  "a map of what tools have said": broken("memory-flat", /grown by [\d.]+ MB/, RemembersTools),
  "a list of all events": broken("memory-flat", /grown by [\d.]+ MB/, RemembersEverything),
};
