export type Status = "active" | "deprecated";

/** What a list shows of an exporter, and what a search reads. The names are those of the registry's index. */
export interface ListedExporter {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly npm_package: string;
  readonly version: string;
  readonly license: string;
  readonly status: Status;
  /** The published package proves that it was built from the repository that the entry names. */
  readonly verified: boolean;
  /** `YYYY-MM-DD`, if known. */
  readonly first_listed?: string | undefined;
  /** Downloads of the last week, if known. */
  readonly downloads?: number | undefined;
}

export interface Exporter extends ListedExporter {
  /** Always `https://github.com/…`; absent when the index has something else. */
  readonly github_url?: string | undefined;
  /** Why it is deprecated. */
  readonly reason?: string | undefined;
  /** The id of the exporter to use instead. */
  readonly replaced_by?: string | undefined;
  /** `YYYY-MM-DD`, if known. */
  readonly last_checked?: string | undefined;
  /** The last checks have failed for a while. */
  readonly isStale: boolean;
}

/** The order of the list when nothing is asked for. */
export function compareNames(left: ListedExporter, right: ListedExporter): number {
  return compareText(left.name.toLowerCase(), right.name.toLowerCase()) || compareText(left.id, right.id);
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
