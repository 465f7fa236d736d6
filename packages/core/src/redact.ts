/** A secret's place in a text. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** Puts `[NAME_REDACTED]` in the place of each. What overlaps is one place, with the name of the longest. */
export function redact(text: string, found: readonly Found[]): string {
  let redacted = "";
  let from = 0;
  for (const { start, end, longest } of placesOf(found)) {
    redacted += `${text.slice(from, start)}[${longest.name}_REDACTED]`;
    from = end;
  }
  return redacted + text.slice(from);
}

function placesOf(found: readonly Found[]): { start: number; end: number; longest: Found }[] {
  const places: { start: number; end: number; longest: Found }[] = [];
  for (const next of [...found].sort((a, b) => a.start - b.start)) {
    const last = places.at(-1);
    if (last === undefined || next.start >= last.end) {
      places.push({ start: next.start, end: next.end, longest: next });
      continue;
    }
    last.end = Math.max(last.end, next.end);
    if (next.end - next.start > last.longest.end - last.longest.start) last.longest = next;
  }
  return places;
}
