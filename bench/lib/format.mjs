/** Three digits that matter; whole numbers from 100 on. */
export function formatNumber(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0 || Object.is(value, -0)) return "0";
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(size < 1 ? 2 : 3)));
}

/** `median (min–max)`. */
export function formatSummary(summary, suffix = "") {
  if (summary === undefined) return "–";
  const { median, min, max, samples } = summary;
  const middle = `${formatNumber(median)}${suffix}`;
  return samples === 1 || min === max ? middle : `${middle} (${formatNumber(min)}–${formatNumber(max)})`;
}

/** Header, then cells, as rows of text. */
export function suiteRows(result) {
  const columns = result.columns.filter(
    ({ key, isOptional, isHidden }) =>
      !isHidden && (!isOptional || result.cases.some(({ values }) => values[key]?.max > 0)),
  );
  const header = ["", ...columns.map(({ title }) => title)];
  const rows = result.cases.map(({ name, values, skipped, failed }) => {
    if (failed !== undefined) return [name, `failed: ${firstLine(failed)}`];
    if (skipped !== undefined) return [name, `skipped: ${skipped}`];
    return [name, ...columns.map(({ key, ratioOf }) => formatSummary(values[key], ratioOf === undefined ? "" : " ×"))];
  });
  return [header, ...rows];
}

export const TARGET_HEADER = ["target", "wanted", "measured", ""];

export function targetRow({ what, target, measured, unit, verdict }) {
  return [what, target, measured === null ? "–" : `${formatNumber(measured)}${unit === "" ? "" : ` ${unit}`}`, verdict];
}

function firstLine(text) {
  return text.split("\n").find((line) => line.trim() !== "") ?? text;
}
