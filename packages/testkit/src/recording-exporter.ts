import { BaseTelemetryExporter } from "@charm/telemetry-core";
import type { EventContext, HookName, TelemetryEvent } from "@charm/telemetry-core";

/** Keeps every event that it is given, with its context: for tests of agents and of what makes events. */
export class RecordingExporter extends BaseTelemetryExporter {
  readonly events: TelemetryEvent[] = [];

  override onRunStart(...values: unknown[]): void {
    this.#keep("onRunStart", values);
  }
  override onRunEnd(...values: unknown[]): void {
    this.#keep("onRunEnd", values);
  }
  override onError(...values: unknown[]): void {
    this.#keep("onError", values);
  }
  override onToolStart(...values: unknown[]): void {
    this.#keep("onToolStart", values);
  }
  override onToolEnd(...values: unknown[]): void {
    this.#keep("onToolEnd", values);
  }
  override onToolError(...values: unknown[]): void {
    this.#keep("onToolError", values);
  }
  override onLlmNewToken(...values: unknown[]): void {
    this.#keep("onLlmNewToken", values);
  }
  override onAgentAction(...values: unknown[]): void {
    this.#keep("onAgentAction", values);
  }
  override onLlmStart(...values: unknown[]): void {
    this.#keep("onLlmStart", values);
  }
  override onLlmEnd(...values: unknown[]): void {
    this.#keep("onLlmEnd", values);
  }
  override onLlmError(...values: unknown[]): void {
    this.#keep("onLlmError", values);
  }

  /** The events of one hook, in order. */
  of<Hook extends HookName>(hook: Hook): TelemetryEvent<Hook>[] {
    return this.events.filter((event) => event.hook === hook) as TelemetryEvent<Hook>[];
  }

  #keep(hook: HookName, values: unknown[]): void {
    const context = values.at(-1) as EventContext;
    this.events.push({ hook, arguments: values.slice(0, -1), context } as unknown as TelemetryEvent);
  }
}
