import type { ExporterHealth } from "@charm/telemetry-core";
import type { Check, Outcome } from "./outcome.ts";
import { table } from "./table.ts";
import type { ColumnGroup, TableStyle } from "./table.ts";
import { count, number, oneLine, seconds } from "./text.ts";

/** The table of exporters, and in words whether it adds up. */
export function summaryLines(outcome: Outcome, checks: readonly Check[], style: TableStyle): string[] {
  const wrong = checks.filter(({ isTrue }) => !isTrue);
  return [
    ...accountLines(outcome, style),
    "",
    ...(wrong.length > 0 ? wrongLines(wrong, style) : rightLines(outcome, style)),
  ];
}

const COLUMNS: readonly ColumnGroup[] = [
  { title: "", heads: ["exporter"] },
  { title: "events", heads: ["accepted", "delivered", "dropped", "pending"] },
  { title: "sent", heads: ["retries", "spans"] },
  { title: "the stand-in", heads: ["acked", "received"] },
];

function accountLines({ health, standIns, read }: Outcome, style: TableStyle): string[] {
  const { paint } = style;
  if (health === undefined) return [paint("red", "The agent did not leave its account.")];
  const rows = health.exporters.map(({ name, accepted, delivered, dropped, pending, units }) => {
    const account = standIns.get(name);
    const figures = [accepted, delivered, dropped, pending, units.retries, units.spans];
    return [name, ...[...figures, account?.acknowledged ?? 0, account?.received ?? 0].map(number)];
  });
  const { written, droppedBy } = health.stdout;
  return [
    ...table(COLUMNS, rows, style),
    paint(
      "dim",
      `stdout: ${count(written, "line")} written, ${amounts(droppedBy)} dropped; the runner read ${count(read.events, "event")}`,
    ),
    ...health.exporters.flatMap((exporter) => detailsOf(exporter).map((line) => paint("dim", line))),
  ];
}

function detailsOf({ name, dropped, droppedBy, lastError }: ExporterHealth): string[] {
  return [
    ...(dropped > 0 ? [`${name} dropped: ${amounts(droppedBy)}`] : []),
    ...(lastError === undefined ? [] : [`${name}'s last error: ${oneLine(lastError.message)}`]),
  ];
}

/** `1 200 retries, 500 deadline` */
function amounts(by: Readonly<Partial<Record<string, number>>>): string {
  return (
    Object.entries(by)
      .map(([name, amount]) => `${number(amount ?? 0)} ${name}`)
      .join(", ") || "none"
  );
}

function rightLines(outcome: Outcome, { paint }: TableStyle): string[] {
  const { health, fault, agent, totals } = outcome;
  const exporters = health?.exporters ?? [];
  const good = paint("green", "✓");
  if (fault === undefined) {
    return exporters.map(
      ({ name, accepted, units }) =>
        `${good} ${name}: nothing was lost. ${count(accepted, "event")} delivered, ${count(units.spans, "span")} acknowledged.`,
    );
  }
  const runs = count(totals.succeeded + totals.failed, "run");
  return [
    `${good} The backend was broken (${fault}), the agent was not: exit code ${agent.exitCode}, ${runs}, ${seconds(agent.durationMs)}.`,
    ...exporters.map(
      (exporter) =>
        `${good} ${exporter.name}: all ${count(exporter.accepted, "event")} accounted for: ${fatesOf(exporter)}.`,
    ),
  ];
}

function fatesOf({ delivered, dropped, pending }: ExporterHealth): string {
  const undelivered = "still pending when the process ended";
  return amounts({ delivered, ...(dropped > 0 && { dropped }), ...(pending > 0 && { [undelivered]: pending }) });
}

function wrongLines(wrong: readonly Check[], { paint }: TableStyle): string[] {
  return [
    paint("red", "✗ It does not add up:"),
    ...wrong.map(({ claim, figures }) => `  not so: ${claim}${figures === "" ? "" : ` (${figures})`}`),
  ];
}
