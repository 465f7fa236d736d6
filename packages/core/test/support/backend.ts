import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

type Handler = (request: Received, response: ServerResponse, index: number) => void;

/** A backend on loopback that keeps what it receives and answers as the test says. */
export class Backend {
  readonly requests: Received[] = [];
  readonly #server: Server;
  readonly #arrivals = new Set<() => void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(handler: Handler = (_request, response) => void response.writeHead(202).end()): Promise<Backend> {
    const server = createServer();
    const backend = new Backend(server);
    server.on("request", (message, response) => void backend.#receive(message, response, handler));
    await listen(server);
    return backend;
  }

  get url(): URL {
    return urlOf(this.#server);
  }

  /** Resolves when so many requests have arrived whole. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => this.#arrivals.add(resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(message: IncomingMessage, response: ServerResponse, handler: Handler): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      return; // the sender has gone
    }
    const request = {
      method: message.method ?? "",
      url: message.url ?? "",
      headers: message.headers,
      body: Buffer.concat(chunks),
    };
    this.requests.push(request);
    for (const resolve of this.#arrivals) resolve();
    this.#arrivals.clear();
    handler(request, response, this.requests.length - 1);
  }
}

export async function listen(server: NetServer): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return urlOf(server);
}

function urlOf(server: NetServer): URL {
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Ends a connection with a reset rather than a polite end. */
export function reset(socket: Socket | null): void {
  socket?.resetAndDestroy();
}
