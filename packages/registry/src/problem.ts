import type { RuleId } from "./rules/table.ts";

/** What a rule says of one value, before anybody knows where the value stands. */
export interface Problem {
  readonly rule: RuleId;
  /** Text that somebody else wrote has been through `shown`. */
  readonly message: string;
  readonly got?: string | undefined;
  readonly want?: string | undefined;
  readonly fix?: string | undefined;
  /** Where in the value, in UTF-16 units from its first character; the whole value if absent. */
  readonly offset?: number | undefined;
}
