import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import type { Socket } from "node:net";
import { inspect } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { HttpSender } from "../../src/kit/http-sender.ts";
import type { HttpSenderOptions } from "../../src/kit/http-sender.ts";
import { Secret } from "../../src/kit/secret.ts";
import { Backend, listen, reset } from "../support/backend.ts";
import { FakeClock, settled } from "../support/fake-clock.ts";
import { RecordingHost } from "../support/recording-host.ts";

const KEY = "canary-key-0123456789";
const never = new AbortController().signal;
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

async function backend(...parameters: Parameters<typeof Backend.start>): Promise<Backend> {
  const started = await Backend.start(...parameters);
  cleanUp.push(() => started.stop());
  return started;
}

function sender(url: URL, options: Partial<HttpSenderOptions> = {}): { sender: HttpSender; host: RecordingHost } {
  const host = new RecordingHost();
  const created = new HttpSender({
    url,
    credential: {
      header: "x-acme-key",
      key: new Secret(KEY, "ACME_API_KEY"),
      advice: "Check that it belongs to ACME_SITE.",
    },
    envelope: { open: "[", separator: ",", close: "]" },
    mask: (text) => text.replaceAll("canary-other", "[X]"),
    reporter: host,
    environment: {},
    baseDelayMs: 1,
    maxDelayMs: 4,
    maxAttempts: 4,
    ...options,
  });
  cleanUp.push(() => created.close());
  return { sender: created, host };
}

/** Answers with each status in turn, the last one for good. */
function statuses(...list: number[]): Parameters<typeof Backend.start>[0] {
  return (_request, response, index) => void response.writeHead(list[Math.min(index, list.length - 1)] ?? 500).end();
}

describe("a healthy backend", () => {
  it("gets all items in one request, and acknowledges them", async () => {
    const target = await backend();
    const { sender: http, host } = sender(new URL("/v1/spans?a=b", target.url), {
      headers: { "user-agent": "acme/1" },
    });
    expect(await http.send(["1", '"ä"'], never)).toEqual(["delivered", "delivered"]);
    expect(target.requests).toMatchObject([
      {
        method: "POST",
        url: "/v1/spans?a=b",
        headers: {
          "content-type": "application/json",
          "content-length": "8",
          "x-acme-key": KEY,
          "user-agent": "acme/1",
        },
        body: Buffer.from('[1,"ä"]'),
      },
    ]);
    expect(host.units).toEqual({ requests: 1, bytes: 8 });
    expect(host.warnings).toEqual([]);
  });

  it("keeps its connections for the next requests", async () => {
    const sockets = new Set<Socket | null>();
    const target = await backend((_request, response) => {
      sockets.add(response.socket);
      response.writeHead(202).end("{}");
    });
    const { sender: http } = sender(target.url);
    for (let round = 0; round < 50; round++) await http.send(["1"], never);
    expect(target.requests).toHaveLength(50);
    expect(sockets.size).toBeLessThanOrEqual(4);
  });

  it("gets bodies compressed where the vendor takes that", async () => {
    const target = await backend();
    const { sender: http, host } = sender(target.url, { compress: true });
    await http.send(['"x"'.padEnd(5000)], never);
    const [request] = target.requests;
    expect(request?.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(request?.body ?? Buffer.of()).toString()).toBe(`[${'"x"'.padEnd(5000)}]`);
    expect(host.units.bytes).toBe(request?.body.length);
  });

  it("gets requests within the limits of size and number", async () => {
    const target = await backend();
    const { sender: http } = sender(target.url, { maxRequestBytes: 19, maxRequestItems: 3 });
    await http.send(["1", "2", "3", "4", '"567890123456"', "7"], never);
    expect(target.requests.map((request) => String(request.body))).toEqual(["[1,2,3]", '[4,"567890123456"]', "[7]"]);
  });

  it("gets a body that is whole already as it is, with headers of its own and the key", async () => {
    const target = await backend();
    const { sender: http } = sender(target.url);
    const headers = { "content-type": "text/plain", "x-acme-key": "another", "x-more": "1" };
    expect(await http.sendBody(Buffer.from("[a"), headers, http.deadline(never))).toBe("delivered");
    expect(target.requests).toMatchObject([
      { body: Buffer.from("[a"), headers: { "content-type": "text/plain", "x-acme-key": KEY, "x-more": "1" } },
    ]);
  });

  it("gets the same id with every try of a request, and another with the next", async () => {
    const target = await backend(statuses(503, 202));
    const { sender: http } = sender(target.url, { idempotencyHeader: "x-request-id" });
    await http.send(["1"], never);
    await http.send(["2"], never);
    const ids = target.requests.map((request) => request.headers["x-request-id"]);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it("that never ends its answer has acknowledged all the same", async () => {
    const target = await backend((_request, response) => void response.writeHead(202).write("{"));
    expect(await sender(target.url).sender.send(["1"], never)).toEqual(["delivered"]);
  });
});

describe("a whole body that is too large", () => {
  it("is for its sender to split, whoever says so", async () => {
    const target = await backend(statuses(413));
    const { sender: http } = sender(target.url, { maxRequestBytes: 4 });
    expect(await http.sendBody(Buffer.from("12345"), {}, http.deadline(never))).toBe("split");
    expect(target.requests).toHaveLength(0);
    expect(await http.sendBody(Buffer.from("1234"), {}, http.deadline(never))).toBe("split");
    expect(target.requests).toHaveLength(1);
  });
});

describe("a backend that fails", () => {
  it.each([408, 429, 500, 502, 503, 504])("for a moment with %i gets the request again", async (status) => {
    const target = await backend(statuses(status, status, 202));
    const { sender: http, host } = sender(target.url);
    expect(await http.send(["1"], never)).toEqual(["delivered"]);
    expect(host.units).toEqual({ requests: 3, retries: 2, bytes: 3 });
  });

  it.each([400, 404, 422, 301])("with %i gets the request once, and people are told", async (status) => {
    const target = await backend((_request, response) => void response.writeHead(status).end("no such\nfield"));
    const { sender: http, host } = sender(target.url);
    expect(await http.send(["1", "2"], never)).toEqual(["rejected", "rejected"]);
    expect(target.requests).toHaveLength(1);
    expect(host.warnings).toEqual([`${target.url.host} refuses what was sent: ${status} no such field.`]);
    expect(host.errors).toMatchObject([{ code: "EXPORT_REJECTED" }]);
  });

  it("for good is given up after the last try", async () => {
    const target = await backend(statuses(500));
    const { sender: http, host } = sender(target.url);
    expect(await http.send(["1"], never)).toEqual(["retries"]);
    expect(host.units).toEqual({ requests: 4, retries: 3 });
    expect(host.warnings).toEqual([`${target.url.host} fails: 500.`]);
  });

  it("says each kind of trouble once", async () => {
    const target = await backend(statuses(400));
    const { sender: http, host } = sender(target.url);
    for (let round = 0; round < 3; round++) await http.send(["1"], never);
    expect([host.warnings.length, host.errors.length]).toEqual([1, 3]);
  });
});

describe("Retry-After", () => {
  const asking = (header: () => string): Parameters<typeof Backend.start>[0] => {
    return (_request, response, index) =>
      void response.writeHead(index === 0 ? 429 : 202, index === 0 ? { "retry-after": header() } : {}).end();
  };

  it.each([
    ["in seconds", () => "20", 20_000],
    ["as a date", () => new Date(Date.now() + 20_500).toUTCString(), 20_000],
  ])("%s is waited for, by its own timer", async (_name, header, waitMs) => {
    const target = await backend(asking(header));
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, { clock });
    const sent = http.send(["1"], never);
    await clock.untilTimer((ms) => ms > 10_000);
    await clock.pass(waitMs - 1500);
    expect(target.requests).toHaveLength(1);
    await clock.pass(2000);
    expect(await sent).toEqual(["delivered"]);
  });

  it("holds for other batches too", async () => {
    const target = await backend(asking(() => "20"));
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, { clock });
    const first = http.send(["1"], never);
    await clock.untilTimer((ms) => ms === 20_000);
    const second = http.send(["2"], never);
    await clock.pass(19_999);
    expect(target.requests).toHaveLength(1);
    await clock.pass(1);
    expect(await Promise.all([first, second])).toEqual([["delivered"], ["delivered"]]);
  });

  it("holds for a batch, too, that waits for its next try already", async () => {
    const target = await backend((_request, response, index) => {
      if (index === 0) response.writeHead(500).end();
      else if (index === 1) response.writeHead(429, { "retry-after": "20" }).end();
      else response.writeHead(202).end();
    });
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, { clock, baseDelayMs: 9000, maxDelayMs: 9000 });
    const first = http.send(["1"], never);
    await clock.untilTimer((ms) => ms > 4000 && ms <= 9000);
    const second = http.send(["2"], never);
    await clock.untilTimer((ms) => ms === 20_000);
    await clock.pass(19_999);
    expect(clock.timers).toEqual([1, 1]);
    await clock.pass(1);
    expect(await Promise.all([first, second])).toEqual([["delivered"], ["delivered"]]);
  });

  it("beyond the deadline of a batch is not waited for", async () => {
    const target = await backend(asking(() => "3600"));
    const clock = new FakeClock();
    const { sender: http, host } = sender(target.url, { clock, deadlineMs: 60_000 });
    expect(await http.send(["1"], never)).toEqual(["retries"]);
    expect(await http.send(["2"], never)).toEqual(["retries"]);
    expect(host.units).toEqual({ requests: 1 });
  });

  it("never stops sending for more than ten minutes", async () => {
    const target = await backend(asking(() => "99999999999"));
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, { clock });
    expect(await http.send(["1"], never)).toEqual(["retries"]);
    await clock.pass(600_000);
    expect(await http.send(["2"], never)).toEqual(["delivered"]);
  });

  it("may have a vendor's own name", async () => {
    const target = await backend((_request, response, index) => {
      response.writeHead(index === 0 ? 429 : 202, { "x-ratelimit-reset": "7" }).end();
    });
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, { clock, retryAfterHeaders: ["retry-after", "x-ratelimit-reset"] });
    const sent = http.send(["1"], never);
    await clock.untilTimer((ms) => ms === 7000);
    await clock.pass(7000);
    expect(await sent).toEqual(["delivered"]);
  });
});

describe("a batch that is too large (413)", () => {
  const atMost = (bytes: number): Parameters<typeof Backend.start>[0] => {
    return (request, response) => void response.writeHead(request.body.length > bytes ? 413 : 202).end();
  };

  it("is halved until it passes, in order", async () => {
    const target = await backend(atMost(7));
    const { sender: http, host } = sender(target.url);
    expect(await http.send(["1", "2", "3", "4", "5"], never)).toEqual(Array.from({ length: 5 }, () => "delivered"));
    expect(target.requests.map((request) => String(request.body))).toEqual(["[1,2,3,4,5]", "[1,2]", "[3,4,5]"]);
    expect(host.units).toEqual({ requests: 3, bytes: 12 });
  });

  it("loses only the item that is too large alone", async () => {
    const target = await backend(atMost(6));
    const { sender: http, host } = sender(target.url);
    expect(await http.send(["1", "2222222", "3"], never)).toEqual(["delivered", "too_large", "delivered"]);
    expect(host.errors).toMatchObject([{ code: "EXPORT_TOO_LARGE" }]);
  });

  it("is not even sent where the vendor's limit is known", async () => {
    const target = await backend();
    const { sender: http } = sender(target.url, { maxRequestBytes: 6 });
    expect(await http.send(["1", "2222222", "3"], never)).toEqual(["delivered", "too_large", "delivered"]);
  });

  it("may be refused before all of it was read", async () => {
    const server = createServer((_request, response: ServerResponse) => {
      response.writeHead(413, { connection: "close" }).end();
    });
    const url = await listen(server);
    cleanUp.push(() => server.close());
    const { sender: http } = sender(url);
    expect(await http.send(["1".repeat(200_000)], never)).toEqual(["too_large"]);
  });
});

describe("a key that is refused", () => {
  it.each([401, 403])("(%i) stops all sending for a while, and people are told what to look at", async (status) => {
    let isFixed = false;
    const target = await backend((_request, response) => {
      response.writeHead(isFixed ? 202 : status).end(`{"errors":["key ${KEY} is invalid", "canary-other"]}`);
    });
    const clock = new FakeClock();
    const { sender: http, host } = sender(target.url, { clock, coolDownMs: 60_000 });
    expect(await http.send(["1"], never)).toEqual(["rejected"]);
    expect(await http.send(["2"], never)).toEqual(["rejected"]);
    expect(target.requests).toHaveLength(1);
    expect(host.warnings).toEqual([
      `${target.url.host} refuses the key in ACME_API_KEY: ${status} {"errors":["key [ACME_API_KEY_REDACTED] is invalid", "[X]"]}. ` +
        "Check that it belongs to ACME_SITE. Until it is accepted, one request is tried every 60 s and the rest is dropped.",
    ]);
    isFixed = true;
    await clock.pass(60_000);
    expect(await http.send(["3"], never)).toEqual(["delivered"]);
  });

  it("appears in no error and no print of the sender", async () => {
    const target = await backend((request, response) => {
      response.writeHead(400).end(`you sent ${JSON.stringify(request.headers)} canary-other`);
    });
    const { sender: http, host } = sender(target.url);
    await http.send(['"body-canary"'], never);
    expect(inspect([http, host], { depth: 9, showHidden: true })).not.toMatch(/canary/);
  });
});

describe("the network", () => {
  async function closedPort(): Promise<URL> {
    const server = createTcpServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    return url;
  }

  /** A server that treats each connection as the test says. */
  async function raw(onConnection: (socket: Socket, index: number) => void): Promise<URL> {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      sockets.add(socket);
      onConnection(socket, sockets.size - 1);
    });
    cleanUp.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return listen(server);
  }

  it("that refuses is tried again, then given up as retries: nothing can have arrived", async () => {
    const { sender: http, host } = sender(await closedPort());
    expect(await http.send(["1"], never)).toEqual(["retries"]);
    expect(host.units).toEqual({ retries: 3 });
    expect(host.warnings).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+ cannot be reached: it refused the connection \(ECONNREFUSED\)\.$/),
    ]);
  });

  it("that loses the answer leaves it unknown whether the request was taken", async () => {
    const target = await backend((_request, response) => reset(response.socket));
    const { sender: http, host } = sender(target.url);
    expect(await http.send(["1"], never)).toEqual(["unknown"]);
    expect(target.requests).toHaveLength(4);
    expect(host.units).toEqual({ requests: 4, retries: 3 });
  });

  it("that loses one answer is unknown even if later tries never arrive", async () => {
    const url = await raw((socket, index) => {
      if (index > 0) reset(socket);
      else socket.on("data", () => reset(socket));
    });
    expect(await sender(url).sender.send(["1"], never)).toEqual(["unknown"]);
  });

  it.each([400, 401])("that loses one answer is unknown even if a later try is answered %d", async (status) => {
    const target = await backend((_request, response, index) => {
      if (index === 0) reset(response.socket);
      else response.writeHead(status).end();
    });
    expect(await sender(target.url).sender.send(["1"], never)).toEqual(["unknown"]);
  });

  it("that loses one answer delivers with the next: the backend got it twice", async () => {
    const target = await backend((_request, response, index) => {
      if (index === 0) reset(response.socket);
      else response.writeHead(202).end();
    });
    expect(await sender(target.url).sender.send(["1"], never)).toEqual(["delivered"]);
    expect(target.requests.map((request) => String(request.body))).toEqual(["[1]", "[1]"]);
  });

  it("that breaks in the middle of a body cannot have delivered it", async () => {
    const url = await raw((socket) => socket.once("data", () => reset(socket)));
    const body = "1".repeat(32 * 1024 * 1024); // more than the system's own buffers take
    const { sender: http, host } = sender(url, { maxRequestBytes: 64 * 1024 * 1024 });
    expect(await http.send([body], never)).toEqual(["retries"]);
    expect(host.units).toEqual({ requests: 4, retries: 3 });
  });

  it("that hangs is given up on after the timeout of each try", async () => {
    const target = await backend(() => {});
    const clock = new FakeClock();
    const { sender: http, host } = sender(target.url, { clock, requestTimeoutMs: 5000, maxAttempts: 2 });
    const sent = http.send(["1"], never);
    await target.received(1);
    await clock.pass(5000);
    await clock.untilTimer((ms) => ms <= 1);
    await clock.pass(1);
    await target.received(2);
    await clock.pass(5000);
    expect(await sent).toEqual(["unknown"]);
    expect(host.warnings).toEqual([`${target.url.host} does not answer: nothing came for 5 s.`]);
    expect(host.errors.at(-1)).toMatchObject({ code: "EXPORT_TIMEOUT" });
  });

  it("that accepts no connection is given up on in the same time", async () => {
    const { port } = await raw(() => {}); // never answers the greeting of TLS
    const clock = new FakeClock();
    const { sender: http } = sender(new URL(`https://127.0.0.1:${port}`), {
      clock,
      requestTimeoutMs: 50_000,
      maxAttempts: 1,
    });
    const sent = http.send(["1"], never);
    await clock.untilTimer((ms) => ms === 50_000);
    await clock.pass(50_000);
    expect(await sent).toEqual(["retries"]);
  });

  it("that is slow is waited for", async () => {
    let answer = (): void => {};
    const target = await backend((_request, response) => {
      answer = () => void response.writeHead(202).end();
    });
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, { clock, requestTimeoutMs: 5000 });
    const sent = http.send(["1"], never);
    await target.received(1);
    await clock.pass(4999);
    answer();
    expect(await sent).toEqual(["delivered"]);
  });

  it("that keeps failing is given up at the deadline of the batch", async () => {
    const target = await backend(statuses(503));
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, {
      clock,
      baseDelayMs: 8000,
      maxDelayMs: 8000,
      maxAttempts: 99,
      requestTimeoutMs: 1000,
      deadlineMs: 20_000,
    });
    const start = clock.now();
    let isDone = false;
    const sent = http.send(["1"], never).finally(() => (isDone = true));
    while (!isDone) {
      const waitMs = clock.timers.find((ms) => ms > 1000);
      if (waitMs === undefined) await settled();
      else await clock.pass(waitMs);
    }
    expect(await sent).toEqual(["retries"]);
    expect(target.requests.length).toBeGreaterThanOrEqual(3);
    expect(clock.now() - start).toBeLessThanOrEqual(20_000);
  });
});

it("a wait that ends after the deadline of its batch, as on a machine that slept, has no further try", async () => {
  const target = await backend(statuses(503));
  const clock = new FakeClock();
  let lateMs = 0;
  const { sender: http, host } = sender(target.url, {
    clock: { now: () => clock.now() + lateMs, after: (ms, callback) => clock.after(ms, callback) },
    baseDelayMs: 9000,
    maxDelayMs: 9000,
    deadlineMs: 20_000,
  });
  const sent = http.send(["1"], never);
  await clock.untilTimer((ms) => ms > 4000 && ms <= 9000);
  lateMs = 20_000;
  await clock.pass(9000);
  expect(await sent).toEqual(["retries"]);
  expect(host.warnings).toEqual([`${target.url.host} fails: 503.`]);
  expect(host.units).toEqual({ requests: 1 });
});

describe("the end of the process", () => {
  it("stops a request that waits for its answer", async () => {
    const target = await backend(() => {});
    const { sender: http, host } = sender(target.url);
    const stop = new AbortController();
    const sent = http.send(["1", "2"], stop.signal);
    await target.received(1);
    stop.abort();
    expect(await sent).toEqual(["deadline", "deadline"]);
    expect(host.warnings).toEqual([`${target.url.host} had not answered when the process ended.`]);
  });

  it("stops a wait for the next try", async () => {
    const target = await backend(statuses(503));
    const clock = new FakeClock();
    const { sender: http, host } = sender(target.url, { clock, baseDelayMs: 9000, maxDelayMs: 9000 });
    const stop = new AbortController();
    const sent = http.send(["1"], stop.signal);
    await clock.untilTimer((ms) => ms > 4000 && ms <= 9000);
    expect(host.errors).toMatchObject([{ message: `${target.url.host} fails: 503.` }]);
    expect(host.warnings).toEqual([]);
    stop.abort();
    expect(await sent).toEqual(["deadline"]);
    expect(host.warnings).toEqual([`${target.url.host} fails: 503.`]);
    expect(clock.timers).toEqual([]);
  });

  it("tells people why there was another try, which it has stopped", async () => {
    const target = await backend((_request, response, index) => void (index === 0 && response.writeHead(503).end()));
    const { sender: http, host } = sender(target.url);
    const stop = new AbortController();
    const sent = http.send(["1"], stop.signal);
    await target.received(2);
    stop.abort();
    expect(await sent).toEqual(["deadline"]);
    expect(host.warnings).toEqual([`${target.url.host} fails: 503.`]);
  });

  it("leaves it unknown what became of a request whose answer had been lost", async () => {
    const target = await backend((_request, response) => reset(response.socket));
    const clock = new FakeClock();
    const { sender: http } = sender(target.url, { clock, baseDelayMs: 9000, maxDelayMs: 9000 });
    const stop = new AbortController();
    const sent = http.send(["1"], stop.signal);
    await clock.untilTimer((ms) => ms > 4000 && ms <= 9000);
    stop.abort();
    expect(await sent).toEqual(["unknown"]);
  });

  it("keeps what was acknowledged before it", async () => {
    const stop = new AbortController();
    const target = await backend((_request, response, index) => {
      if (index === 0) response.writeHead(202).end();
      else stop.abort();
    });
    const { sender: http } = sender(target.url, { maxRequestItems: 1 });
    expect(await http.send(["1", "2", "3"], stop.signal)).toEqual(["delivered", "deadline", "deadline"]);
  });
});

describe("a proxy", () => {
  async function proxy(target: URL): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer();
    server.on("connect", (request, socket: Socket, head) => {
      asked.push(request.url ?? "");
      const upstream = connect(Number(target.port), target.hostname, () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream]) end.on("error", () => {});
      cleanUp.push(() => upstream.destroy());
    });
    const { href } = await listen(server);
    cleanUp.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: href, asked };
  }

  it("that the environment names is used", async () => {
    const target = await backend();
    const { url, asked } = await proxy(target.url);
    const { sender: http } = sender(new URL("http://intake.example/v1"), { environment: { HTTP_PROXY: url } });
    expect(await http.send(["1"], never)).toEqual(["delivered"]);
    expect(asked).toEqual(["intake.example:80"]);
    expect(target.requests[0]?.headers["host"]).toBe("intake.example");
  });

  it("is left alone for hosts in NO_PROXY, and for this machine", async () => {
    const target = await backend();
    const { url, asked } = await proxy(target.url);
    const environment = { http_proxy: url, no_proxy: "other.example,.intake.invalid" };
    const options = { environment, maxAttempts: 1 };
    expect(await sender(target.url, options).sender.send(["1"], never)).toEqual(["delivered"]);
    const excepted = sender(new URL("http://eu.intake.invalid/"), options);
    expect(await excepted.sender.send(["1"], never)).toEqual(["retries"]);
    expect(asked).toEqual([]);
  });

  it.each([
    "canary:pass@proxy",
    "http://u:canary100%pass@proxy.example:3128",
    "http://canary%E4:pass@proxy.example:3128",
  ])("that is no URL that can be used is named, without its value: %s", (HTTPS_PROXY) => {
    const make = (): unknown => sender(new URL("https://intake.example/"), { environment: { HTTPS_PROXY } });
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION", where: "HTTPS_PROXY" }));
    expect(make).not.toThrow(/canary/);
  });
});
