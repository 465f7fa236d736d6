/** An error in one line; exporters throw all kinds of things. */
export function errorText(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
    return text.split("\n", 1)[0] ?? text;
  } catch {
    return "threw something that cannot be shown";
  }
}
