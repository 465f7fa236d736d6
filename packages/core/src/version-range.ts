type Version = readonly [major: number, minor: number, patch: number];

const VERSION = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:\+[\w.-]+)?$/;
const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?$/;

/**
 * Whether a version is in a range, by npm's rules. Undefined where that cannot be told: prereleases, tags, and ranges
 * written in a way that peers are not.
 */
export function fits(version: string, range: string): boolean | undefined {
  const wanted = VERSION.exec(version);
  if (wanted === null) return undefined;
  const actual: Version = [Number(wanted[1]), Number(wanted[2]), Number(wanted[3])];
  const answers = range
    .split("||")
    .map((alternative) => alternative.trim().replaceAll(/([<>=~^])\s+/g, "$1"))
    .map((alternative) => (alternative === "" ? ["*"] : alternative.split(/\s+/)))
    .map((comparators) => comparators.map((comparator) => meets(actual, comparator)));
  if (answers.flat().includes(undefined)) return undefined;
  return answers.some((alternative) => alternative.every(Boolean));
}

function meets(actual: Version, comparator: string): boolean | undefined {
  const match = COMPARATOR.exec(comparator);
  if (match === null) return undefined;
  const given = match.slice(2).map((part) => (part === undefined || /^\D$/.test(part) ? undefined : Number(part)));
  const cut = given.indexOf(undefined);
  const parts = (cut < 0 ? given : given.slice(0, cut)) as number[];
  const base: Version = [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
  const isBelow = compare(actual, base) < 0;
  const isAbove = parts.length > 0 && compare(actual, after(base, parts.length)) >= 0;
  switch (match[1]) {
    case "<":
      return isBelow;
    case ">=":
      return !isBelow;
    case ">":
      return isAbove;
    case "<=":
      return !isAbove;
    case "~":
      return !isBelow && !(parts.length > 0 && compare(actual, after(base, Math.min(parts.length, 2))) >= 0);
    case "^": {
      const first = parts.findIndex((part) => part > 0);
      const length = first < 0 ? parts.length : first + 1;
      return !isBelow && !(parts.length > 0 && compare(actual, after(base, length)) >= 0);
    }
    default:
      return !isBelow && !isAbove;
  }
}

/** The first version after all that begin with so many parts of a version. */
function after([major, minor, patch]: Version, length: number): Version {
  if (length === 1) return [major + 1, 0, 0];
  return length === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1];
}

function compare(left: Version, right: Version): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}
