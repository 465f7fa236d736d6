import type { JSX } from "preact";
import type { Exporter, ListedExporter } from "../list/exporter.ts";

export function VerifiedBadge({ exporter }: { readonly exporter: ListedExporter }): JSX.Element | null {
  if (!exporter.verified) return null;
  return (
    <span class="badge badge-verified" title="Built from its repository, as its provenance proves">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="m4 8.4 2.6 2.6L12 5.4" />
      </svg>
      Verified
    </span>
  );
}

export function StatusBadge({ exporter }: { readonly exporter: ListedExporter }): JSX.Element | null {
  if (exporter.status === "active") return null;
  return <span class="badge badge-deprecated">Deprecated</span>;
}

export function CheckedBadge({
  exporter: { last_checked, isStale },
}: {
  readonly exporter: Exporter;
}): JSX.Element | null {
  if (isStale) return <span class="badge badge-deprecated">Checks failing</span>;
  if (last_checked === undefined) return null;
  return (
    <span class="badge badge-checked">
      Checked <Day date={last_checked} />
    </span>
  );
}

const DATE: Intl.DateTimeFormat = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const NUMBER: Intl.NumberFormat = new Intl.NumberFormat("en-GB");

/** @param date `YYYY-MM-DD` */
export function Day({ date }: { readonly date: string }): JSX.Element {
  return <time dateTime={date}>{DATE.format(new Date(`${date}T00:00:00Z`))}</time>;
}

export function count(value: number): string {
  return NUMBER.format(value);
}

/** "1 exporter", "12 exporters". */
export function exporters(value: number): string {
  return `${count(value)} ${value === 1 ? "exporter" : "exporters"}`;
}
