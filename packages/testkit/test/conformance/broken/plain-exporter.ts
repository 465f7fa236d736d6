import { BaseTelemetryExporter } from "@charm/telemetry-core";
import type { HookName, HookResult } from "@charm/telemetry-core";

/** Does everything right and sends nothing: collects events, and says at each flush that it has delivered them. */
export class PlainExporter extends BaseTelemetryExporter {
  protected kept = 0;
  protected isOver = false;

  override start(): void {
    if (process.env["PLAIN_KEY"] === undefined) this.disable("no key. Set PLAIN_KEY.");
  }
  override flush(): void | Promise<void> {
    this.settle(this.kept, "delivered");
    this.kept = 0;
  }
  override async shutdown(): Promise<void> {
    await this.flush();
    this.isOver = true;
  }

  override onRunStart(...values: unknown[]): HookResult {
    return this.take("onRunStart", values);
  }
  override onRunEnd(...values: unknown[]): HookResult {
    return this.take("onRunEnd", values);
  }
  override onError(...values: unknown[]): HookResult {
    return this.take("onError", values);
  }
  override onToolStart(...values: unknown[]): HookResult {
    return this.take("onToolStart", values);
  }
  override onToolEnd(...values: unknown[]): HookResult {
    return this.take("onToolEnd", values);
  }
  override onToolError(...values: unknown[]): HookResult {
    return this.take("onToolError", values);
  }
  override onLlmNewToken(...values: unknown[]): HookResult {
    return this.take("onLlmNewToken", values);
  }
  override onAgentAction(...values: unknown[]): HookResult {
    return this.take("onAgentAction", values);
  }
  override onLlmStart(...values: unknown[]): HookResult {
    return this.take("onLlmStart", values);
  }
  override onLlmEnd(...values: unknown[]): HookResult {
    return this.take("onLlmEnd", values);
  }
  override onLlmError(...values: unknown[]): HookResult {
    return this.take("onLlmError", values);
  }

  /** Here the broken ones break. */
  protected take(_hook: HookName, _values: unknown[]): HookResult {
    if (this.isOver) this.settle(1, "after_shutdown");
    else this.kept++;
    return this.pending;
  }
}
