/** Thrown by a case that cannot be asked of this exporter, or not with these options. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}
