import { ENDS } from "./agent.ts";
import { ADDRESSES, FAULTS, OUTAGES } from "./faults.ts";
import { MISBEHAVIOURS } from "./misbehaviours.ts";
import { EXPORTERS } from "./stand-ins.ts";
import { Table } from "./table.ts";

/** Backends while a process ends. */
export const STATES = ["all is well", "answers take 1 s", "nothing is answered"] as const;

interface Shape {
  /** The first says what the rows are. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

export type TableName = "backends" | "outages" | "ends" | "misbehaving";

/** What the page's tables are about. */
export const TABLES: Readonly<Record<TableName, Shape>> = {
  backends: {
    columns: ["the backend", ...EXPORTERS, ...EXPORTERS.map((name) => `${name}, once`)],
    rows: [...ADDRESSES.keys(), ...FAULTS.keys()],
  },
  outages: { columns: ["for 30 s the backend", ...EXPORTERS], rows: [...OUTAGES.keys()] },
  ends: { columns: ["the process ends by", "code or signal", ...STATES], rows: Object.keys(ENDS) },
  misbehaving: { columns: ["an exporter that", "to the three beside it"], rows: [...MISBEHAVIOURS.keys()] },
};

/** Without anything in its cells. */
export function tableOf(name: TableName): Table {
  const { columns, rows } = TABLES[name];
  return new Table(name, columns, rows);
}
