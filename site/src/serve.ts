import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { HEADERS } from "./build/headers.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".xml": "application/atom+xml; charset=utf-8",
};

const compress = promisify(gzip);

export interface Served {
  /** With a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a built site on loopback as its host does: folders, the page for what is missing, gzip, the headers. */
export async function serve(folder: string, base: string, port: number = 0): Promise<Served> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    void answer(folder, base, path).then(async ({ status, file, body, location }) => {
      const isHashed = /^assets\/|^data\//.test(file);
      response.writeHead(status, {
        ...HEADERS,
        "content-type": TYPES[extname(file)] ?? "text/plain; charset=utf-8",
        "content-encoding": "gzip",
        "cache-control": isHashed ? "public, max-age=31536000, immutable" : "public, max-age=600",
        ...(location === undefined ? {} : { location }),
      });
      response.end(await compress(body));
    });
  });
  await listening(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}${base}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly file: string;
  readonly body: Uint8Array;
  readonly location?: string;
}

async function answer(folder: string, base: string, path: string): Promise<Answer> {
  if (path.startsWith(base)) {
    const inside = normalize(decoded(path.slice(base.length)));
    const file = inside === "." || inside.endsWith(sep) ? join(inside, "index.html") : inside;
    const body = file.startsWith("..") ? undefined : await read(join(folder, file));
    if (body !== undefined) return { status: 200, file, body };
    if ((await read(join(folder, file, "index.html"))) !== undefined)
      return { status: 301, file: "", body: new Uint8Array(), location: `${path}/` };
  }
  return { status: 404, file: "404.html", body: (await read(join(folder, "404.html"))) ?? new Uint8Array() };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"].includes(codeOf(error)))
      return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
}
