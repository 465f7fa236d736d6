import { Masker } from "../secrets.ts";

/** What is wrong, where, and what to do: for people through `formatProblem`, for programs as it is. */
export interface Problem {
  /** A word for programs, such as `unknown_exporter`. */
  readonly type: string;
  /** `charm.yaml:14:7`, or the package.json that is at fault. */
  readonly where: string;
  readonly message: string;
  readonly fix: string;
}

/** A problem in charm.yaml. */
export interface ManifestProblem extends Problem {
  /** Dotted path of the value, such as `runtime.telemetry.0`; empty for the file as a whole. */
  readonly at: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

const masker = new Masker();

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Finding {
  readonly type: string;
  readonly at: string;
  readonly message: string;
  readonly fix: string;
}

export type PlacedFinding = Finding & Position;

export function manifestProblem(fileName: string, finding: PlacedFinding): ManifestProblem {
  const { type, line, column } = finding;
  // Keys of the file stand in paths and messages, and people write secrets everywhere.
  const [at, message, fix] = [masker.mask(finding.at), masker.mask(finding.message), masker.mask(finding.fix)];
  return { type, at, where: `${fileName}:${line}:${column}`, line, column, message, fix };
}

/** Why the file cannot be read as YAML. */
export function syntaxFinding(message: string, fix: string): Finding {
  return { type: "yaml_syntax", at: "", message: `not readable as YAML: ${message}`, fix };
}

const MAX_QUOTED = 60;
const HALF_PAIR = /[\ud800-\udbff]$/;
/** Text of the file inside a message: masked, on one line, cut, in double quotes. */
export function quote(text: string): string {
  const masked = masker.mask(text);
  const cut = masked.length > MAX_QUOTED ? `${masked.slice(0, MAX_QUOTED).replace(HALF_PAIR, "")}…` : masked;
  return JSON.stringify(cut);
}

/** `runtime` and `telemetry` make `runtime.telemetry`. */
export function joinPath(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}
