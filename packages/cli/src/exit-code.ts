/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** Something is wrong with what was looked at. */
  findings: 1,
  /** The command cannot be carried out as it was given. */
  usage: 2,
  /** The network did not answer well enough to tell. */
  undecided: 3,
} as const;

/** The command was given something that it cannot work with: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** What to do instead. */
  readonly fix: string | undefined;

  constructor(message: string, fix?: string) {
    super(message);
    this.fix = fix;
  }
}
