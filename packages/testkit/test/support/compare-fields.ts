/** Compares what an exporter has sent with what its vendor's own SDK has sent for the same run, field by field. */

/** Paths and values: `meta.kind`. */
export type Fields = Record<string, unknown>;

const ABSENT = Symbol("absent");

/** What differs on purpose. */
export interface Difference {
  /** The name of what was sent, such as a span's; `*` for any. */
  readonly where: string;
  /** With `*` at its end, anything below it. */
  readonly path: string;
  /** Left out where the field is absent; a pattern where a value is another one each time. */
  readonly sdk?: unknown;
  readonly ours?: unknown;
  readonly reason: string;
}

export interface Compared {
  /** Differences that nobody has listed. */
  readonly unlisted: readonly string[];
  /** Listed ones that are none. */
  readonly unused: readonly Difference[];
}

/** @param isSame for values that are not exact. */
export function compareFields(
  sdk: ReadonlyMap<string, Fields>,
  ours: ReadonlyMap<string, Fields>,
  listed: readonly Difference[],
  isSame: (path: string, left: unknown, right: unknown) => boolean = (_, left, right) => Object.is(left, right),
): Compared {
  const unlisted: string[] = [];
  const used = new Set<Difference>();
  for (const where of new Set([...sdk.keys(), ...ours.keys()])) {
    for (const { path, left, right } of differences(sdk.get(where), ours.get(where))) {
      if (isSame(path, left, right)) continue;
      const known = listed.find((one) => isListed(one, where, path, left, right));
      if (known === undefined) unlisted.push(`${where} ${path}: SDK ${String(left)}, ours ${String(right)}`);
      else used.add(known);
    }
  }
  return { unlisted, unused: listed.filter((known) => !used.has(known)) };
}

/** An empty object and an absent one say the same: nothing is known. */
export function fieldsOf(value: unknown): Fields {
  const fields: Fields = {};
  const visit = (path: string, member: unknown): void => {
    if (typeof member !== "object" || member === null) fields[path] = member;
    else for (const [key, inner] of Object.entries(member)) visit(path === "" ? key : `${path}.${key}`, inner);
  };
  visit("", value);
  return fields;
}

function* differences(
  sdk: Fields | undefined,
  ours: Fields | undefined,
): Generator<{ path: string; left: unknown; right: unknown }> {
  if (sdk === undefined || ours === undefined) {
    yield { path: "*", left: sdk === undefined ? ABSENT : "sent", right: ours === undefined ? ABSENT : "sent" };
    return;
  }
  for (const path of new Set([...Object.keys(sdk), ...Object.keys(ours)])) {
    const left = path in sdk ? sdk[path] : ABSENT;
    const right = path in ours ? ours[path] : ABSENT;
    yield { path, left, right };
  }
}

function isListed(known: Difference, where: string, path: string, left: unknown, right: unknown): boolean {
  if (known.where !== "*" && known.where !== where) return false;
  if (known.path.endsWith("*")) return path.startsWith(known.path.slice(0, -1));
  return known.path === path && isValue(known, "sdk", left) && isValue(known, "ours", right);
}

function isValue(known: Difference, side: "sdk" | "ours", value: unknown): boolean {
  if (!(side in known)) return value === ABSENT;
  const expected = known[side];
  return expected instanceof RegExp ? expected.test(String(value)) : Object.is(expected, value);
}
