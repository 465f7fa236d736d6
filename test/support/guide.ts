/** A fenced block of a page, with what stands behind the fence. */
export interface Block {
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm)) {
    const indent = match[1] ?? "";
    blocks.push({
      info: (match[2] ?? "").trim(),
      text: (match[3] ?? "").replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      line: markdown.slice(0, match.index).split("\n").length,
    });
  }
  return blocks;
}

/** Where a block is to be written, from the reader's folder. */
export function titleOf({ info }: Block): string | undefined {
  return /\btitle=(\S+)/.exec(info)?.[1];
}
