import type { FinishedSpan } from "@charm/telemetry-core/kit";

/** What a failed run says at LangSmith: the stacks of its error and of the causes. Nothing for a span without an error. */
export function errorOf({ status, error }: FinishedSpan): string | undefined {
  if (error === undefined) return undefined;
  if (status === "aborted") return `Aborted: ${error.message}`;
  const texts: string[] = [];
  for (let next: unknown = error; next instanceof Error; next = next.cause) texts.push(stackOf(next));
  return texts.join("\nCaused by: ");
}

function stackOf({ name, message, stack = "" }: Error): string {
  const head = `${name}: ${message}`;
  if (stack.startsWith(head)) return stack;
  return stack.includes("\n    at ") ? head + stack.slice(stack.indexOf("\n    at ")) : head;
}
