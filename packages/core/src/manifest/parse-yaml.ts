import { CST, Lexer, LineCounter, parseAllDocuments } from "yaml";
import type { Document, ParsedNode } from "yaml";
import { syntaxFinding } from "./problem.ts";
import type { Position } from "./problem.ts";
import type { YamlTree } from "./yaml-node.ts";
import { buildTree } from "./yaml-tree.ts";

const FIXES: Record<string, string> = {
  MISSING_CHAR: "Close the quote or bracket.",
  BAD_INDENT: "Indent keys of one mapping alike.",
  BLOCK_AS_IMPLICIT_KEY: "Put text that holds a colon in quotes.",
  MULTILINE_IMPLICIT_KEY: "Put a colon and a blank after the key.",
};

/** Reads YAML text. Never throws for what the text says. */
export function parseYaml(text: string): YamlTree {
  const documents = parseAllDocuments<ParsedNode>(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const positionAt = positionsIn(text);

  const errors = tabOffsets(text).map((offset) => ({ ...TAB, ...positionAt(offset) }));
  // The first alone: the parser's later errors mostly follow from it.
  const error = documents.flatMap((document) => document.errors).toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (error !== undefined && (error.code !== "TAB_AS_INDENT" || errors.length === 0)) {
    const isOpen = error.message.startsWith("Flow ");
    const fix = (isOpen ? FIXES["MISSING_CHAR"] : FIXES[error.code]) ?? "Mend the YAML there.";
    errors.push({ ...syntaxFinding(withoutContent(error.message), fix), ...positionAt(error.pos[0]) });
  }
  const second = documents[1];
  if (second !== undefined)
    errors.push({
      ...syntaxFinding("a second YAML document begins.", "Keep one document: remove the line `---` and what follows."),
      ...positionAt(second.range[0]),
    });
  if (errors.length > 0) return { errors, duplicates: [] };
  const first = documents[0];
  if (first === undefined) return { root: { kind: "null", text: "", line: 1, column: 1 }, errors, duplicates: [] };
  return buildTree(first as Document.Parsed, positionAt);
}

/** The parser's sentence, without the piece of the file that it may quote. */
function withoutContent(message: string): string {
  if (message.startsWith("Missing closing")) return "a quote is not closed.";
  return `${(message.split("\n")[0] ?? message).replace(/:? ?".*$/, "").replace(/[.:]$/, "")}.`;
}

const TAB = syntaxFinding(
  "a tab stands where only blanks may.",
  "Put blanks there: tabs belong in quotes and comments.",
);

/** Offsets of tabs outside of quotes, blocks of text and comments: upstream's reader refuses them all. */
function tabOffsets(text: string): number[] {
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

/** Turns offsets into lines and columns. The lines are counted here: the parser misses some where a file is wrong. */
function positionsIn(text: string): (offset: number) => Position {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  return (offset) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line, column: col };
  };
}
