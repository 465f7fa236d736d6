export { parseEvent, parseFrame } from "./events.ts";
export type { CharmEvent, EventOrigin } from "./events.ts";
export { CloudRunReader } from "./protocol/cloud-run-reader.ts";
export { DockerReader } from "./protocol/docker-reader.ts";
export { runAgent } from "./run-agent.ts";
export type { AgentResult, RunAgentOptions } from "./run-agent.ts";
