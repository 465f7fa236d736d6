import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:https";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Fault } from "@charm/telemetry-testkit/intakes";
import { generate } from "selfsigned";
import { environmentOf } from "./stand-ins.ts";

/** What is wrong with the backends, as the table calls it, and the fault of the stand-ins that does it. */
export const FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ["refuses connections", { kind: "refuse" }],
  ["accepts, never answers", { kind: "hang" }],
  ...[400, 401, 403, 404, 408, 413, 422, 429].map((status) => [String(status), statusFault(status)] as const),
  ["429 with `Retry-After`", statusFault(429, 1)],
  ["500", statusFault(500)],
  ["503", statusFault(503)],
  ["503 with `Retry-After`", statusFault(503, 1)],
  ["resets before it answers", { kind: "reset" }],
  ["half an answer", { kind: "half-answer" }],
  ["1 byte/s", { kind: "slow", bytesPerSecond: 1 }],
  ["wrong content type", { kind: "wrong-content-type" }],
  ["lost acknowledgement", { kind: "lost-ack" }],
]);

/** What lasts for a while, in which the agent goes on working: for how long is up to who uses it. */
export const OUTAGES: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ["is down: refuses connections", { kind: "refuse" }],
  ["accepts, never answers", { kind: "hang" }],
  ["429 with `Retry-After`", statusFault(429, 7)],
  ["503", statusFault(503)],
  ["503 with `Retry-After`", statusFault(503, 7)],
]);

function statusFault(status: number, retryAfter?: number): Fault {
  return { kind: "status", status, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** Faults before there is a connection: the address of a backend that has one, and a way to end it. */
export const ADDRESSES: ReadonlyMap<string, () => Promise<Address>> = new Map([
  ["never accepts connections", neverAccepts],
  ["certificate not trusted", untrusted],
  [
    "name does not resolve",
    async () => ({ environment: environmentOf("https://no-such-backend.invalid"), close: () => {} }),
  ],
]);

interface Address {
  readonly environment: Readonly<Record<string, string>>;
  readonly close: () => void;
}

/** Its queue of connections is full and its process never takes one: further ones are neither accepted nor refused. */
async function neverAccepts(): Promise<Address> {
  const source = `const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const server = spawn(process.execPath, ["-e", source], { stdio: ["ignore", "pipe", "inherit"] });
  const [chunk] = (await once(server.stdout, "data")) as [Buffer];
  const port = Number(String(chunk));
  const waiting: Socket[] = [];
  // The queue takes a few more than it was asked to. When one is not taken for a while, it is full.
  for (let isTaken = true; isTaken && waiting.length < 16;) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    waiting.push(socket);
    isTaken = await Promise.race([
      once(socket, "connect").then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 300, false)),
    ]);
  }
  return {
    environment: environmentOf(`http://127.0.0.1:${port}`),
    close: () => {
      for (const socket of waiting) socket.destroy();
      server.kill("SIGKILL");
    },
  };
}

async function untrusted(): Promise<Address> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }]);
  const server = createServer({ key, cert }, (_, response) => response.writeHead(202).end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    environment: environmentOf(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
