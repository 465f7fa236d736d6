export { ENDS, eventsOf, runAgent } from "./agent.ts";
export type { AgentOptions, End, EndedAgent } from "./agent.ts";
export { ADDRESSES, FAULTS, OUTAGES } from "./faults.ts";
export { MISBEHAVIOURS, sourceOf } from "./misbehaviours.ts";
export { PAGE, tableOnPage } from "./page.ts";
export { EXPORTERS, SECRETS, withStandIns } from "./stand-ins.ts";
export type { Exporter, StandIns } from "./stand-ins.ts";
export { STATES, TABLES, tableOf } from "./tables.ts";
export type { TableName } from "./tables.ts";
