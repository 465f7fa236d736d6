import { isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import type { Alias, Document, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { joinPath, syntaxFinding } from "./problem.ts";
import type { PlacedFinding, Position } from "./problem.ts";
import type { YamlList, YamlMapping, YamlNode, YamlScalar, YamlTree } from "./yaml-node.ts";
import { CORE_TAG, kindOfTag, resolveAs, resolvePlainScalar } from "./yaml-scalar.ts";

const MAX_DEPTH = 100;
const MAX_MERGED_KEYS = 10_000;

type SourceNode = Alias.Parsed | Scalar.Parsed | YAMLMap.Parsed | YAMLSeq.Parsed;

/** The parser's nodes as ours: anchors followed, merges made, tags checked. */
export function buildTree(document: Document.Parsed, positionAt: (offset: number) => Position): YamlTree {
  return new TreeBuilder(document, positionAt).build();
}

class TreeBuilder {
  readonly #document: Document.Parsed;
  readonly #positionAt: (offset: number) => Position;
  readonly #errors: PlacedFinding[] = [];
  readonly #duplicates: PlacedFinding[] = [];
  readonly #anchors = new Map<string, YamlNode>();
  #mergedKeys = 0;

  constructor(document: Document.Parsed, positionAt: (offset: number) => Position) {
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
    if (isAlias(source)) {
      const target = this.#anchors.get(source.source);
      if (target === undefined)
        this.#fail(position, `no anchor before this alias has its name.`, "Define the anchor first.");
      return target ?? nothing;
    }
    if (source.anchor !== undefined && this.#anchors.has(source.anchor))
      this.#fail(position, `a second anchor of the same name.`, "Give each anchor a name of its own.");
    if (isMap(source)) return this.#mapping(source, position, at, depth);
    if (isSeq(source)) return this.#list(source, position, at, depth);
    const scalar = this.#scalar(source, position);
    if (source.anchor !== undefined) this.#anchors.set(source.anchor, scalar);
    return scalar;
  }

  #list(source: YAMLSeq.Parsed, position: Position, at: string, depth: number): YamlNode {
    this.#checkTag(source.tag, ["seq", "omap", "pairs"], position);
    const node: YamlList = { kind: "list", items: [], ...position };
    if (source.anchor !== undefined) this.#anchors.set(source.anchor, node);
    source.items.forEach((item, index) => {
      if (isPair(item)) node.items.push(this.#pairAsMapping(item as Pair<ParsedNode>, position, at, depth));
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
    return isScalar(pair.key) && pair.key.type === "PLAIN" && pair.key.source === "<<" && !pair.key.tag;
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
    if (tag !== undefined && tag !== "!") {
      this.#checkTag(tag, ["str", "null", "bool", "int", "float", "timestamp"], position);
      const kind = kindOfTag(tag);
      const meaning = resolveAs(kind, text);
      if (meaning === undefined)
        this.#fail(position, `its tag says ${tag.replace(CORE_TAG, "!!")}, its text does not.`, "Remove the tag.");
      return { ...(meaning ?? { kind }), text, ...position };
    }
    if (source.type !== "PLAIN") return { kind: "string", text, ...position };
    if (text === "=" || text === "<<")
      this.#fail(position, `a lone ${text} is not a value.`, `Write "${text}" in quotes.`);
    return { ...resolvePlainScalar(text), text, ...position };
  }

  #checkTag(tag: string | undefined, known: readonly string[], position: Position): void {
    if (tag === undefined || tag === "!" || known.some((name) => tag === CORE_TAG + name)) return;
    const written = tag.replace(CORE_TAG, "!!").slice(0, 40);
    this.#fail(position, `the tag ${JSON.stringify(written)} is not accepted here.`, "Remove the tag.");
  }

  #fail(position: Position, message: string, fix: string): void {
    const { line, column } = position;
    this.#errors.push({ ...syntaxFinding(message, fix), line, column });
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
