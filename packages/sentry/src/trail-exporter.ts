import type { EventContext, LlmRequest, LlmResponse, Pending } from "@charm/telemetry-core";
import { SpanTelemetryExporter } from "@charm/telemetry-core/kit";
import { RunTrails } from "./run-trails.ts";

/** Leaves a step of its run at each hook: errors are sent with what led to them, long before the run's span has ended. */
export abstract class TrailExporter extends SpanTelemetryExporter {
  protected readonly trails: RunTrails = new RunTrails();

  override onRunStart(runId: string, inputs: Record<string, unknown>, context: EventContext): Pending {
    this.trails.add(context, "agent.run", "run start");
    return super.onRunStart(runId, inputs, context);
  }

  override onRunEnd(runId: string, outputs: Record<string, unknown>, context: EventContext): Pending {
    this.trails.end(context);
    return super.onRunEnd(runId, outputs, context);
  }

  override onError(runId: string, error: Error, context: EventContext): Pending {
    this.trails.fail(context, "agent.run", "run error", error);
    this.trails.end(context);
    return super.onError(runId, error, context);
  }

  override onToolStart(toolName: string, input: string, context: EventContext): Pending {
    this.trails.add(context, "agent.tool", `tool start: ${toolName}`, { tool: toolName });
    return super.onToolStart(toolName, input, context);
  }

  override onToolEnd(toolName: string, output: string, context: EventContext): Pending {
    this.trails.add(context, "agent.tool", `tool end: ${toolName}`, { tool: toolName });
    return super.onToolEnd(toolName, output, context);
  }

  override onToolError(toolName: string, error: Error, context: EventContext): Pending {
    this.trails.fail(context, "agent.tool", `tool error: ${toolName}`, error);
    return super.onToolError(toolName, error, context);
  }

  override onAgentAction(tool: string, toolInput: string, context: EventContext): Pending {
    this.trails.add(context, "agent.action", `agent action: ${tool}`, { tool, tool_input: toolInput });
    return super.onAgentAction(tool, toolInput, context);
  }

  override onLlmStart(request: LlmRequest, context: EventContext): Pending {
    this.trails.add(context, "agent.llm", `llm start: ${request.model}`, { model: request.model });
    return super.onLlmStart(request, context);
  }

  override onLlmEnd(response: LlmResponse, context: EventContext): Pending {
    this.trails.add(context, "agent.llm", "llm end");
    return super.onLlmEnd(response, context);
  }

  override onLlmError(error: Error, context: EventContext): Pending {
    // Models are often asked again: if it matters, a tool or the run fails with it.
    this.trails.fail(context, "agent.llm", "llm error", error, false);
    return super.onLlmError(error, context);
  }
}
