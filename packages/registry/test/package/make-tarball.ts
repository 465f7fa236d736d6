import { gzipSync } from "node:zlib";

export interface TarEntry {
  /** As in the archive, `package/` and all; bytes for names that are not UTF-8. */
  readonly path: string | Uint8Array;
  readonly content?: string | Uint8Array;
  /** tar's letter: `0` a file, `1` a hard link, `2` a symbolic link, `3` a device, `5` a folder, `x` attributes. */
  readonly type?: string;
  readonly link?: string;
  /** What the header claims; the content's own unless given. */
  readonly size?: number;
}

/** A tarball as npm packs it, of files by their paths in the package. */
export function packageTarball(files: Readonly<Record<string, string | object>>): Buffer {
  const entries = Object.entries(files).map(([path, content]) => ({
    path: `package/${path}`,
    content: typeof content === "string" ? content : JSON.stringify(content, undefined, 2),
  }));
  return tarball(entries);
}

/** Any archive, also one that no tool would make. */
export function tarball(entries: readonly TarEntry[]): Buffer {
  return gzipSync(archive(entries));
}

export function archive(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ content = "", ...entry }) => {
    const body = Buffer.from(content as string);
    const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
    return [header(entry, entry.size ?? body.length), body, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** An entry that gives the next one a path of any length or kind. */
export function paxPath(path: string): TarEntry {
  const record = ` path=${path}\n`;
  let length = Buffer.byteLength(record);
  while (String(length).length + Buffer.byteLength(record) !== length) length++;
  return { path: "PaxHeader/next", type: "x", content: `${length}${record}` };
}

function header({ path, type = "0", link = "" }: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  block.set(Buffer.from(path as string).subarray(0, 100));
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  block.write(" ".repeat(8), 148);
  block.write(type, 156);
  block.write(link, 157);
  block.write("ustar\u{0}00", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
