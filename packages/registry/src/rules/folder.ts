import { isString, memberOf } from "../document/document.ts";
import type { ManifestDocument } from "../document/read.ts";
import { compareText, shown } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { findingOf, whereIs } from "../registry/entry.ts";
import type { Entry } from "../registry/entry.ts";
import type { IndexEntry } from "../registry/build-index.ts";
import { isOfSameScope } from "./npm-name.ts";
import { FIRST_PARTY, OWN_PACKAGES } from "./reserved.ts";
import { isAllowed, SimilarNames, skeleton, tooSimilar } from "./similar.ts";
import type { SimilarPair } from "./similar.ts";

/**
 * Compares all entries with each other. Of two that cannot both be, the one that comes later in the list is wrong.
 *
 * @param entries in order of seniority: tombstones and Charm's own, then those that were listed before, then the others
 */
export function checkFolder(entries: readonly Entry[], allowed: readonly SimilarPair[]): Finding[] {
  const ids = new Names("id", allowed);
  const packages = new Names("npm_package", allowed);
  return entries.flatMap((entry) => [...ids.add(entry), ...packages.add(entry)]);
}

/** The ids, or the packages, of the entries so far. */
class Names {
  readonly #field: "id" | "npm_package";
  readonly #allowed: readonly SimilarPair[];
  readonly #bySkeleton = new Map<string, Entry>();
  readonly #similar = new SimilarNames<Entry>();

  constructor(field: "id" | "npm_package", allowed: readonly SimilarPair[]) {
    this.#field = field;
    this.#allowed = allowed;
  }

  /** Takes an entry up, and says in which way it is like one before it. */
  add(entry: Entry): Finding[] {
    const name = this.#nameOf(entry);
    // Those that are only known from the index have been judged before.
    if (entry.manifest === undefined) return this.#take(name, entry);
    const same = this.#bySkeleton.get(skeleton(name));
    if (same !== undefined && (this.#nameOf(same) === name || !this.#isOwn(same))) return this.#sameName(entry, same);
    const near = this.#similar.near(name).find(({ of }) => !this.#mayBeNear(entry, of));
    this.#take(name, entry);
    if (near === undefined) return [];
    const rule = this.#field === "id" ? "id-similar" : "npm-similar";
    return findingOf(entry, this.#field, tooSimilar(rule, near.name));
  }

  #take(name: string, entry: Entry): [] {
    this.#bySkeleton.set(skeleton(name), entry);
    this.#similar.add(name, entry);
    return [];
  }

  #nameOf(entry: Entry): string {
    return this.#field === "id" ? entry.id : entry.npmPackage;
  }

  #mayBeNear(entry: Entry, other: Entry): boolean {
    const [left, right] = [this.#nameOf(entry), this.#nameOf(other)];
    if (this.#isOwn(other) || isAllowed(this.#allowed, left, right)) return true;
    return this.#field === "npm_package" && isOfSameScope(left, right);
  }

  /** Likeness to Charm's own names is judged with each value, whether they are listed or not. */
  #isOwn(entry: Entry): boolean {
    return this.#field === "id" ? FIRST_PARTY.has(entry.id) : OWN_PACKAGES.includes(entry.npmPackage);
  }

  #sameName(entry: Entry, earlier: Entry): Finding[] {
    const isReturn = earlier.isTombstone && entry.id === earlier.id && entry.npmPackage === earlier.npmPackage;
    if (isReturn) return [];
    if (earlier.isTombstone && this.#field === "id") {
      return findingOf(entry, "id", { rule: "id-retired", message: `removed ${removalOf(earlier)}` });
    }
    const [name, other] = [this.#nameOf(entry), this.#nameOf(earlier)];
    const also = `also in ${whereIs(earlier, this.#field)}`;
    const message = name === other ? `${this.#field} ${also}` : `${this.#field} looks like "${shown(other)}", ${also}`;
    return findingOf(entry, this.#field, { rule: "duplicate", message });
  }
}

function removalOf({ manifest }: Entry): string {
  const status = manifest === undefined ? undefined : memberOf(manifest.root, "status")?.value;
  const date = status?.type === "Object" ? memberOf(status, "date")?.value : undefined;
  return isString(date) ? shown(date.value) : "before";
}

/** Whether what was listed still has the package and the repository that it was listed with. */
export function checkOwner({ document, root }: ManifestDocument, listed: IndexEntry | undefined): Finding[] {
  if (listed === undefined) return [];
  return (["npm_package", "github_url"] as const).flatMap((field) => {
    const [now, before] = [memberOf(root, field)?.value, listed[field] as string | undefined];
    if (!isString(now) || before === undefined || ownerIn(now.value) === ownerIn(before)) return [];
    return [document.findingAt(now, { rule: "owner-changed", message: `was "${shown(before)}"` })];
  });
}

/** Whether what is to be used instead is there. */
export function checkReplacement({ document, root }: ManifestDocument, ids: ReadonlySet<string>): Finding[] {
  const status = memberOf(root, "status")?.value;
  const id = status?.type === "Object" ? memberOf(status, "replaced_by")?.value : undefined;
  if (!isString(id) || ids.has(id.value)) return [];
  return [document.findingAt(id, { rule: "replacement-missing", message: `no "${shown(id.value)}" is listed` })];
}

/** Of a repository's address without its folder, in which another package of the same people may be. */
function ownerIn(text: string): string {
  return text.toLowerCase().split("/").slice(0, 5).join("/");
}

/** Whether a manifest that is removed is among the tombstones, and no other. */
export function checkPlace({ document, root }: ManifestDocument, isTombstone: boolean): Finding[] {
  const status = memberOf(root, "status")?.value;
  const state = status?.type === "Object" ? memberOf(status, "state")?.value : undefined;
  const isRemoved = isString(state) && state.value === "removed";
  if (isRemoved === isTombstone) return [];
  const message = isRemoved ? "a removed exporter's manifest is in removed/" : "only removed exporters are in removed/";
  const fix = isRemoved ? "move the file" : undefined;
  return [document.findingAt(state ?? root, { rule: "status", message, fix })];
}

/** Tombstones and Charm's own first, then what was listed before, then the others, each in the order of their ids. */
export function bySeniority(entries: readonly Entry[], listed: ReadonlyMap<string, string>): Entry[] {
  const rank = (entry: Entry): number => {
    if (entry.isTombstone || FIRST_PARTY.get(entry.id) === entry.npmPackage) return 0;
    return entry.manifest === undefined || listed.get(entry.id) === entry.npmPackage ? 1 : 2;
  };
  const fileOf = ({ manifest, id }: Entry): string => manifest?.document.file ?? id;
  return entries.toSorted((left, right) => rank(left) - rank(right) || compareText(fileOf(left), fileOf(right)));
}
