import type { z } from "zod";
import { valuePath } from "../value-path.ts";

/** The items of a request, or all that is wrong with it, each with its path. */
export type Parsed<Item> = { readonly items: readonly Item[] } | { readonly problems: readonly string[] };

export function shapeProblems({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => `${valuePath(path) || "(the body)"}: ${message}`);
}

/** Items without problems, or the problems. */
export function parsed<Item>(items: readonly Item[], problems: readonly string[]): Parsed<Item> {
  return problems.length > 0 ? { problems } : { items };
}

/** Dates reach 8.64e15 ms to both sides of 1970. */
export function dateOf(unixMs: number): string {
  return Math.abs(unixMs) <= 8.64e15 ? new Date(unixMs).toISOString() : "no date";
}
