import type { PackageManager } from "./package-manager/package-manager.ts";

export const LANGUAGES = ["ts", "js"] as const;
export type Language = (typeof LANGUAGES)[number];

/** All that a scaffold is made from, besides the template. Kept in the scaffold, for updates. */
export interface Answers {
  /** What agents write in `charm.yaml`. */
  readonly id: string;
  /** On npm. */
  readonly package: string;
  /** The backend's, as people write it. */
  readonly name: string;
  readonly description: string;
  readonly author: string;
  /** An SPDX expression. */
  readonly license: string;
  /** `https://github.com/<owner>/<name>`, or a folder of it. */
  readonly repository: string;
  readonly language: Language;
  readonly packageManager: PackageManager;
  /** Of the licence. */
  readonly year: number;
}

/** The id in the forms in which code has it. */
export function formsOf(id: string): { readonly className: string; readonly variable: string } {
  const className = id
    .split("-")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("");
  return { className, variable: id.replaceAll("-", "_").toUpperCase() };
}

/** `acme-traces` is written Acme Traces, unless somebody says otherwise. */
export function nameOf(id: string): string {
  return id
    .split("-")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join(" ");
}

export function packageOf(id: string): string {
  return `charm-telemetry-${id}`;
}

export function descriptionOf(name: string): string {
  return `Sends the runs of Charm agents to ${name}.`;
}
