export { run } from "./program.ts";
export type { Sink, Surroundings } from "./terminal.ts";
