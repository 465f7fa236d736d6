import { BaseTelemetryExporter } from "../../../packages/core/dist/index.js";

/** Takes every event and does nothing: what is left is the cost of getting it here. */
export class NoopExporter extends BaseTelemetryExporter {
  onRunStart() {}
  onRunEnd() {}
  onError() {}
  onToolStart() {}
  onToolEnd() {}
  onToolError() {}
  onLlmNewToken() {}
  onAgentAction() {}
}
