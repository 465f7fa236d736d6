import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { TelemetryEvent } from "../../src/events.ts";

/** A backend on loopback that keeps what it is sent. */
export interface Collector {
  readonly url: string;
  /** Everything that came in, byte for byte. */
  readonly bodies: string[];
  readonly events: TelemetryEvent[];
  /** `hook argument` of each event, in order. */
  readonly story: string[];
}

/** @param answersAfterMs `never` keeps every request open. */
export async function startCollector(answersAfterMs: number | "never" = 5): Promise<Collector> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(Buffer.concat(chunks).toString());
      if (answersAfterMs !== "never") setTimeout(() => response.end(), answersAfterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    bodies,
    get events() {
      return bodies.flatMap((body) => JSON.parse(body) as TelemetryEvent[]);
    },
    get story() {
      return collector.events.map(({ hook, arguments: [first, second] }) => {
        const told: unknown = ["onRunStart", "onRunEnd", "onError", "onToolError"].includes(hook) ? second : first;
        const text = typeof told === "object" && told !== null && "message" in told ? told.message : told;
        return `${hook.slice(2)} ${typeof text === "string" ? text : JSON.stringify(text)}`;
      });
    },
  };
  return collector;
}
