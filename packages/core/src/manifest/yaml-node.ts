import type { PlacedFinding, Position } from "./problem.ts";
import type { ScalarMeaning } from "./yaml-scalar.ts";

/**
 * A YAML file as upstream's reader understands it, with positions. Aliases share their node, so that nothing grows
 * beyond the file, however often they are used.
 */

export type YamlNode = YamlMapping | YamlList | YamlScalar;

export interface YamlMapping extends Position {
  readonly kind: "mapping";
  /** Of keys that are strings; the last of equal keys wins, `<<` comes after a mapping's own keys. */
  readonly entries: Map<string, YamlEntry>;
  /** Keys that are numbers, booleans, dates or null. */
  readonly otherKeys: YamlScalar[];
}

export interface YamlEntry {
  /** Where the key is. */
  readonly key: Position;
  readonly value: YamlNode;
}

export interface YamlList extends Position {
  readonly kind: "list";
  readonly items: YamlNode[];
}

export interface YamlScalar extends Position, ScalarMeaning {
  /** As written, without quotes. */
  readonly text: string;
}

export interface YamlTree {
  /** Absent when `errors` has some. */
  readonly root?: YamlNode;
  /** Why upstream cannot read the file. */
  readonly errors: PlacedFinding[];
  /** Keys that are there twice. */
  readonly duplicates: PlacedFinding[];
}
