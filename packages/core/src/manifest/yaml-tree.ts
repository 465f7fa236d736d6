import type { Alias, Document, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { joinPath } from "./problem.ts";
import type { Finding, PlacedFinding, Position } from "./problem.ts";
import { resolvePlainScalar } from "./yaml-scalar.ts";
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

type Yaml = typeof import("yaml");

const MAX_DEPTH = 100;
const MAX_MERGED_KEYS = 10_000;
const CORE_TAG = "tag:yaml.org,2002:";
const FIXES: Record<string, string> = {
  MISSING_CHAR: "Close the quote or bracket.",
  BAD_INDENT: "Indent keys of one mapping alike.",
  BLOCK_AS_IMPLICIT_KEY: "Put text that holds a colon in quotes.",
  MULTILINE_IMPLICIT_KEY: "Put a colon and a blank after the key.",
};

/** Reads YAML text. Never throws for what the text says. */
export async function parseYamlTree(text: string): Promise<YamlTree> {
  // Loaded when there is a charm.yaml to read: importing core must not cost these milliseconds.
  const yaml = await import("yaml");
  const documents = yaml.parseAllDocuments<ParsedNode>(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const positionAt = positionsIn(text);

  const errors = tabOffsets(text, yaml).map((offset) => ({ ...TAB, ...positionAt(offset) }));
  // The first alone: the parser's later errors mostly follow from it.
  const error = documents.flatMap((document) => document.errors).toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (error !== undefined && (error.code !== "TAB_AS_INDENT" || errors.length === 0)) {
    const isOpen = error.message.startsWith("Flow ");
    const fix = (isOpen ? FIXES["MISSING_CHAR"] : FIXES[error.code]) ?? "Mend the YAML there.";
    errors.push({ ...syntax(withoutContent(error.message), fix), ...positionAt(error.pos[0]) });
  }
  const second = documents[1];
  if (second !== undefined)
    errors.push({
      ...syntax("a second YAML document begins.", "Keep one document: remove the line `---` and what follows."),
      ...positionAt(second.range[0]),
    });
  if (errors.length > 0) return { errors, duplicates: [] };
  const first = documents[0];
  if (first === undefined) return { root: { kind: "null", text: "", line: 1, column: 1 }, errors, duplicates: [] };
  return new TreeBuilder(yaml, first as Document.Parsed, positionAt).build();
}

const TAB = syntax("a tab stands where only blanks may.", "Put blanks there: tabs belong in quotes and comments.");

/** Offsets of tabs outside of quotes, blocks of text and comments: upstream's reader refuses them all. */
function tabOffsets(text: string, { CST, Lexer }: Yaml): number[] {
  if (!text.includes("\t")) return [];
  const offsets: number[] = [];
  let offset = 0;
  let isScalar = false;
  let isBlock = false;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === "scalar" || type === "doc-mode" || type === "flow-error-end") {
      isScalar = type === "scalar";
      continue; // marks of the lexer, not in the text
    }
    const mayHoldTabs = isScalar ? isBlock : type === "comment" || type?.endsWith("quoted-scalar") === true;
    const tab = mayHoldTabs ? -1 : token.indexOf("\t");
    if (tab >= 0) offsets.push(offset + tab);
    isBlock = !isScalar && (type === "block-scalar-header" || (isBlock && type !== null));
    isScalar = false;
    offset += token.length;
  }
  return offsets;
}

function syntax(message: string, fix: string): Finding {
  return { type: "yaml_syntax", at: "", message: `not readable as YAML: ${message}`, fix };
}

/** The parser's sentence, without the piece of the file that it may quote. */
function withoutContent(message: string): string {
  if (message.startsWith("Missing closing")) return "a quote is not closed.";
  return `${(message.split("\n")[0] ?? message).replace(/:? ?".*$/, "").replace(/[.:]$/, "")}.`;
}

/** Turns offsets into lines and columns. */
function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    const within = Math.min(offset, text.length);
    let low = 0;
    for (let high = starts.length - 1; low < high;) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= within) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: within - (starts[low] ?? 0) + 1 };
  };
}

type SourceNode = Alias.Parsed | Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed;

class TreeBuilder {
  readonly #yaml: Yaml;
  readonly #document: Document.Parsed;
  readonly #positionAt: (offset: number) => Position;
  readonly #errors: PlacedFinding[] = [];
  readonly #duplicates: PlacedFinding[] = [];
  readonly #anchors = new Map<string, YamlNode>();
  #mergedKeys = 0;

  constructor(yaml: Yaml, document: Document.Parsed, positionAt: (offset: number) => Position) {
    this.#yaml = yaml;
    this.#document = document;
    this.#positionAt = positionAt;
  }

  build(): YamlTree {
    const contents = this.#document.contents;
    const nothing: YamlNode = { kind: "null", text: "", line: 1, column: 1 };
    const root = contents === null ? nothing : this.#node(contents, "", 0);
    return {
      ...(this.#errors.length > 0 ? {} : { root }),
      errors: this.#errors,
      duplicates: this.#duplicates,
    };
  }

  #node(source: SourceNode, at: string, depth: number): YamlNode {
    const position = this.#positionAt(source.range[0]);
    const nothing: YamlNode = { kind: "null", text: "", ...position };
    if (depth > MAX_DEPTH) {
      this.#fail(position, `nested deeper than ${MAX_DEPTH} levels.`, "Flatten it.");
      return nothing;
    }
    if (this.#yaml.isAlias(source)) {
      const target = this.#anchors.get(source.source);
      if (target === undefined)
        this.#fail(position, `no anchor before this alias has its name.`, "Define the anchor first.");
      return target ?? nothing;
    }
    if (source.anchor !== undefined && this.#anchors.has(source.anchor))
      this.#fail(position, `a second anchor of the same name.`, "Give each anchor a name of its own.");
    if (this.#yaml.isMap(source)) return this.#mapping(source, position, at, depth);
    if (this.#yaml.isSeq(source)) return this.#list(source, position, at, depth);
    const scalar = this.#scalar(source, position);
    if (source.anchor !== undefined) this.#anchors.set(source.anchor, scalar);
    return scalar;
  }

  #list(source: YAMLSeq.Parsed, position: Position, at: string, depth: number): YamlNode {
    this.#checkTag(source.tag, ["seq", "omap", "pairs"], position);
    const node: YamlList = { kind: "list", items: [], ...position };
    if (source.anchor !== undefined) this.#anchors.set(source.anchor, node);
    source.items.forEach((item, index) => {
      if (this.#yaml.isPair(item)) node.items.push(this.#pairAsMapping(item as Pair<ParsedNode>, position, at, depth));
      else node.items.push(this.#node(item as SourceNode, joinPath(at, String(index)), depth + 1));
    });
    return node;
  }

  /** `[a: b]` is a list that holds the mapping `{a: b}`. */
  #pairAsMapping(pair: Pair<ParsedNode>, position: Position, at: string, depth: number): YamlMapping {
    const node: YamlMapping = { kind: "mapping", entries: new Map(), otherKeys: [], ...position };
    this.#addPair(node, pair, at, depth);
    return node;
  }

  #mapping(source: YAMLMap.Parsed, position: Position, at: string, depth: number): YamlNode {
    const isSet = source.tag === `${CORE_TAG}set`;
    this.#checkTag(source.tag, ["map", "set"], position);
    const node: YamlMapping = { kind: "mapping", entries: new Map(), otherKeys: [], ...position };
    if (source.anchor !== undefined) this.#anchors.set(source.anchor, node);
    for (const pair of source.items) this.#addPair(node, pair as Pair<ParsedNode>, at, depth);
    // Of several `<<` the last wins, but within the list of one the first does.
    for (const pair of source.items.toReversed()) this.#merge(node, pair as Pair<ParsedNode>, depth);
    if (!isSet) return node;
    // Python's list accepts a set.
    const items: YamlNode[] = [...node.entries].map(([text, entry]) => ({ kind: "string", text, ...entry.key }));
    return { kind: "list", items, ...position };
  }

  #addPair(node: YamlMapping, pair: Pair<ParsedNode>, at: string, depth: number): void {
    if (this.#isMerge(pair)) return;
    const key = this.#node(pair.key, at, depth + 1);
    if (key.kind === "mapping" || key.kind === "list") {
      this.#fail(key, "a mapping or list is used as a key.", "Use a plain name as the key.");
      return;
    }
    const nothing: YamlNode = { kind: "null", text: "", line: key.line, column: key.column };
    const written =
      pair.value === null ? nothing : this.#node(pair.value as SourceNode, joinPath(at, key.text), depth + 1);
    // Nothing after the colon has no place of its own: its key has.
    const value = written.kind === "null" && written.text === "" ? nothing : written;
    if (key.kind !== "string") {
      node.otherKeys.push(key);
      return;
    }
    const before = node.entries.get(key.text);
    if (before !== undefined) this.#duplicates.push(duplicateKey(joinPath(at, key.text), key, before.key));
    node.entries.set(key.text, { key: { line: key.line, column: key.column }, value });
  }

  #isMerge(pair: Pair<ParsedNode>): boolean {
    return this.#yaml.isScalar(pair.key) && pair.key.type === "PLAIN" && pair.key.source === "<<" && !pair.key.tag;
  }

  /** `<<: *base`: keys that the mapping lacks come from there. */
  #merge(node: YamlMapping, pair: Pair<ParsedNode>, depth: number): void {
    if (!this.#isMerge(pair) || pair.value === null) return;
    const source = this.#node(pair.value as SourceNode, "", depth + 1);
    const bases = source.kind === "list" ? source.items : [source];
    for (const base of bases) {
      if (base.kind !== "mapping") {
        this.#fail(base, "`<<` wants a mapping, or a list of mappings.", "Merge an anchor that holds a mapping.");
        return;
      }
      for (const [key, entry] of base.entries) {
        if (++this.#mergedKeys > MAX_MERGED_KEYS) {
          if (this.#mergedKeys === MAX_MERGED_KEYS + 1)
            this.#fail(base, "`<<` merges too many keys.", "Write the keys out.");
          return;
        }
        if (!node.entries.has(key)) node.entries.set(key, entry);
      }
    }
  }

  #scalar(source: Scalar.Parsed, position: Position): YamlScalar {
    const text = typeof source.value === "string" ? source.value : source.source;
    const tag = source.tag;
    if (tag === `${CORE_TAG}binary`)
      return { kind: "string", text: Buffer.from(text, "base64").toString("utf8"), ...position };
    if (tag !== undefined && tag !== "!") return { ...this.#taggedScalar(tag, text, position), text, ...position };
    if (source.type !== "PLAIN") return { kind: "string", text, ...position };
    if (text === "=" || text === "<<")
      this.#fail(position, `a lone ${text} is not a value.`, `Write "${text}" in quotes.`);
    return { ...resolvePlainScalar(text), text, ...position };
  }

  /** `!!str 0.4` and the like. */
  #taggedScalar(tag: string, text: string, position: Position): ScalarMeaning {
    this.#checkTag(tag, ["str", "null", "bool", "int", "float", "timestamp"], position);
    const kinds: Record<string, ScalarMeaning["kind"]> = {
      null: "null",
      bool: "boolean",
      int: "integer",
      float: "float",
      timestamp: "timestamp",
    };
    const kind = kinds[tag.slice(CORE_TAG.length)];
    if (kind === undefined) return { kind: "string" };
    if (kind === "null") return { kind };
    const plain = resolvePlainScalar(kind === "boolean" ? text.toLowerCase() : text);
    if (plain.kind === kind || (kind === "float" && plain.kind === "integer")) return { ...plain, kind };
    this.#fail(position, `its tag says ${tag.replace(CORE_TAG, "!!")}, its text does not.`, "Remove the tag.");
    return { kind };
  }

  #checkTag(tag: string | undefined, known: readonly string[], position: Position): void {
    if (tag === undefined || tag === "!" || known.some((name) => tag === CORE_TAG + name)) return;
    const written = tag.replace(CORE_TAG, "!!").slice(0, 40);
    this.#fail(position, `the tag ${JSON.stringify(written)} is not accepted here.`, "Remove the tag.");
  }

  #fail(position: Position, message: string, fix: string): void {
    const { line, column } = position;
    this.#errors.push({ ...syntax(message, fix), line, column });
  }
}

function duplicateKey(at: string, key: Position, before: Position): PlacedFinding {
  return {
    type: "duplicate_key",
    at,
    message: `the key is there twice, first in line ${before.line}; the last one counts.`,
    fix: "Remove one of them.",
    line: key.line,
    column: key.column,
  };
}
