/** What went wrong, for people: nothing has been written when this is thrown, unless it says so. */
export class ScaffoldError extends Error {
  /** Such as `id-format`. */
  readonly rule: string;
  /** 1: it could not be done. 2: it was asked for wrongly. 130: it was called off. */
  readonly exitCode: 1 | 2 | 130;

  constructor(rule: string, message: string, exitCode: 1 | 2 | 130) {
    super(message);
    this.name = "ScaffoldError";
    this.rule = rule;
    this.exitCode = exitCode;
  }

  override toString(): string {
    return `error ${this.rule}: ${this.message}`;
  }
}
