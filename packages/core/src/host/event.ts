import type { EventContext, HookName, RunInfo } from "../events.ts";
import type { Masker } from "../secrets.ts";
import { errorFromRecord } from "../error-record.ts";
import type { ErrorRecord } from "../error-record.ts";
import { withhold } from "./content.ts";

/** An event as the host keeps it: masked and frozen, so that no exporter can change what the next one is given. */
export interface HostEvent {
  readonly hook: HookName;
  /** The hook's arguments before the context; an error is its record here. */
  readonly values: readonly unknown[];
  readonly context: EventContext;
  /** About what it takes in memory. */
  readonly bytes: number;
}

interface HookShape {
  readonly argumentCount: 1 | 2;
  /** Which argument is an error. */
  readonly error?: 0 | 1;
}

export const HOOK_SHAPES: Readonly<Record<HookName, HookShape>> = {
  onRunStart: { argumentCount: 2 },
  onRunEnd: { argumentCount: 2 },
  onError: { argumentCount: 2, error: 1 },
  onToolStart: { argumentCount: 2 },
  onToolEnd: { argumentCount: 2 },
  onToolError: { argumentCount: 2, error: 1 },
  onLlmNewToken: { argumentCount: 1 },
  onAgentAction: { argumentCount: 2 },
  onLlmStart: { argumentCount: 1 },
  onLlmEnd: { argumentCount: 1 },
  onLlmError: { argumentCount: 1, error: 0 },
};

/** What an event takes besides its arguments. */
export const EVENT_BYTES = 64;

/** About what a value takes in memory, in either thread. */
export function bytesOf(value: unknown): number {
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  let bytes = 32;
  for (const [key, member] of Object.entries(value)) bytes += 2 * key.length + bytesOf(member);
  return bytes;
}

/** About what a context takes besides ids that many events share. */
export function contextBytes({ toolCallId, run }: EventContext): number {
  return (toolCallId === undefined ? 0 : bytesOf(toolCallId)) + (run === undefined ? 0 : bytesOf(run));
}

/** The arguments, an error as its record, are frozen in place where nothing has to be masked. */
export function hostEvent(
  hook: HookName,
  first: unknown,
  second: unknown,
  context: EventContext,
  masker: Masker,
): HostEvent {
  const one = maskedValue(first, masker);
  const bytes = EVENT_BYTES + bytesOf(one) + contextBytes(context);
  if (HOOK_SHAPES[hook].argumentCount === 1) return { hook, values: [one], context, bytes };
  const other = maskedValue(second, masker);
  return { hook, values: [one, other], context, bytes: bytes + bytesOf(other) };
}

export function maskedValue(value: unknown, masker: Masker): unknown {
  return typeof value === "string" ? masker.mask(value) : deepFreeze(masker.maskValue(value));
}

export function maskedContext(context: EventContext, masker: Masker): EventContext {
  return Object.freeze({
    ...context,
    runId: masker.mask(context.runId),
    toolCallId: context.toolCallId === undefined ? undefined : masker.mask(context.toolCallId),
    run: maskedValue(context.run, masker) as RunInfo | undefined,
  });
}

/** What an exporter's hook is called with. Errors are made anew for each, everything else is shared and frozen. */
export function hookArguments(event: HostEvent, captureContent: boolean): unknown[] {
  const values = captureContent ? event.values : withhold(event.hook, event.values);
  const { argumentCount, error } = HOOK_SHAPES[event.hook];
  const made = argumentCount === 1 ? [values[0], event.context] : [values[0], values[1], event.context];
  if (error !== undefined) made[error] = errorFromRecord(made[error] as ErrorRecord);
  return made;
}

function deepFreeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
