export { ENDS, runAgent } from "./agent.ts";
export type { AgentOptions, End, EndedAgent } from "./agent.ts";
export { ADDRESSES, FAULTS } from "./faults.ts";
export { EXPORTERS, withStandIns } from "./stand-ins.ts";
export type { Exporter, StandIns } from "./stand-ins.ts";
export { Table, generatedPart } from "./table.ts";
