/** What a merge alone cannot know of a new version of the template: that something is still the same under a new name. */
export interface Migration {
  /** The version of the template that it leads to. */
  readonly to: number;
  /** Paths, from old to new. */
  readonly files?: Readonly<Record<string, string>>;
  /** Names of scripts in package.json, from old to new. */
  readonly scripts?: Readonly<Record<string, string>>;
}
