// Checked by the compiler alone (`npm test` compiles before it runs), against the types that people get.
import { BaseTelemetryExporter, CharmEmitter, TelemetryError, TelemetryManager } from "@charm/telemetry-core";
import type {
  EventContext,
  HookArguments,
  HookName,
  LlmMessageInput,
  LlmRequest,
  LlmResponse,
  Pending,
  Run,
  StartInfo,
  TelemetryEvent,
  TelemetryHealth,
} from "@charm/telemetry-core";
import { expectTypeOf } from "vitest";

/** As upstream's exporters are written: no context, nothing returned. */
export class UpstreamStyle extends BaseTelemetryExporter {
  override onRunStart(_runId: string, _inputs: Record<string, unknown>): void {}
  override onRunEnd(_runId: string, _outputs: Record<string, unknown>): void {}
  override onError(_runId: string, _error: Error): void {}
  override onToolStart(_toolName: string, _input: string): void {}
  override onToolEnd(_toolName: string, _output: string): void {}
  override onToolError(_toolName: string, _error: Error): void {}
  override onLlmNewToken(): void {}
  override onAgentAction(): void {}
}

// @ts-expect-error -- lacks onAgentAction
export class Forgetful extends BaseTelemetryExporter {
  override onRunStart(): void {}
  override onRunEnd(): void {}
  override onError(): void {}
  override onToolStart(): void {}
  override onToolEnd(): void {}
  override onToolError(): void {}
  override onLlmNewToken(): void {}
}

export abstract class Misled extends BaseTelemetryExporter {
  // @ts-expect-error -- the input of a tool is a string
  override onToolStart(_toolName: string, _input: number): void {}
  // @ts-expect-error -- a hook has delivered, or is pending; a boolean says neither
  override onToolEnd(): boolean {
    return true;
  }
}

export class Complete extends UpstreamStyle {
  override onRunStart(_runId: string, _inputs: Record<string, unknown>, context?: EventContext): void {
    expectTypeOf(context?.run?.tags).toEqualTypeOf<readonly string[] | undefined>();
  }
  override onLlmNewToken(): Pending {
    return this.pending;
  }
  override async onAgentAction(): Promise<void> {}
  override onLlmStart(request: LlmRequest, context: EventContext): void {
    expectTypeOf(request.model).toBeString();
    expectTypeOf(context.sequence).toBeNumber();
    // @ts-expect-error -- events never change
    context.sequence = 1;
  }
  override async onLlmEnd(response: LlmResponse): Promise<Pending> {
    expectTypeOf(response.usage?.inputTokens).toEqualTypeOf<number | undefined>();
    return this.pending;
  }
  override async start(info: StartInfo, signal: AbortSignal): Promise<void> {
    expectTypeOf(info.agent.name).toBeString();
    expectTypeOf(info.mask("text")).toBeString();
    signal.throwIfAborted();
    this.settle(1, "delivered");
    this.settle(2, "too_large");
    // @ts-expect-error -- no reason that anybody could read in a report
    this.settle(3, "bad_luck");
    this.count("spans");
    // @ts-expect-error -- no such unit
    this.count("bananas");
  }
}

declare const otherPending: unique symbol;

/** Made with another copy of core, whose class and whose mark for what is pending are not these. */
export abstract class OfAnotherCopy {
  abstract onRunStart(runId: string, inputs: { question: string }, context: EventContext): void;
  abstract onRunEnd(): typeof otherPending | Promise<typeof otherPending>;
  abstract onError(): void;
  abstract onToolStart(): void;
  abstract onToolEnd(): void;
  abstract onToolError(): void;
  abstract onLlmNewToken(): void;
  abstract onAgentAction(): void;
  protected get pending(): typeof otherPending {
    return otherPending;
  }
}

export function takeExporters(ours: BaseTelemetryExporter, theirs: OfAnotherCopy): TelemetryManager {
  // @ts-expect-error -- has no hooks
  new TelemetryManager({ exporters: [{ onRunStart() {} }] });
  return new TelemetryManager({ exporters: [ours, theirs] });
}

expectTypeOf<HookName>().toEqualTypeOf<keyof HookArguments>();
expectTypeOf<TelemetryEvent<"onToolStart">["arguments"]>().toEqualTypeOf<[toolName: string, input: string]>();

export async function agent(): Promise<TelemetryHealth> {
  const telemetry = await TelemetryManager.load();
  expectTypeOf(telemetry).toEqualTypeOf<TelemetryManager>();
  const run = telemetry.startRun({ question: "When is high tide?" }, { threadId: "t1", tags: ["tides"] });
  const question: LlmMessageInput = { role: "user", content: "…" };
  const llm = run.startLlm({ model: "m", messages: [question] });
  llm.token("At ");
  llm.end({ usage: { inputTokens: 3, outputTokens: 1 }, finishReason: "stop" });
  const tool = run.startTool("tide-table", { harbour: "Kiel" }, { toolCallId: "call_1" });
  tool.end({ high: "12:04" });
  tool.fail(new Error("closed"));
  run.end({ output: "At noon." });
  telemetry.dispatch("onToolStart", "tide-table", "{}");
  // @ts-expect-error -- no such hook
  telemetry.dispatch("onToolDone", "tide-table");

  const answer = await telemetry.withRun("input", async (inner) => {
    expectTypeOf(inner).toEqualTypeOf<Run>();
    return 42;
  });
  expectTypeOf(answer).toBeNumber();

  expectTypeOf(new TelemetryManager({ exporters: [new Complete()] }).emitter).toEqualTypeOf<CharmEmitter>();
  const report = await telemetry.shutdown({ timeoutMs: 2000 });
  expectTypeOf(report.exporters[0]?.droppedBy.queue_full).toEqualTypeOf<number | undefined>();
  return report;
}

export function codeOf(error: unknown): string | undefined {
  return TelemetryError.is(error) ? error.code : undefined;
}
