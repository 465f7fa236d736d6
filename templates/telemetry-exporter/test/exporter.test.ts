import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TelemetryManager } from "@charm/telemetry-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AcmeExporter } from "../src/index.ts";

const received: { key: unknown; body: { service: string; spans: Record<string, unknown>[] } }[] = [];
const backend = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  received.push({ key: request.headers["x-api-key"], body: JSON.parse(body) });
  response.writeHead(202).end();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  received.length = 0;
  if (backend.listening) await new Promise((resolve) => backend.close(resolve));
});

/** Starts the backend and puts its address into the environment. */
async function listen(): Promise<void> {
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("ACME_ENDPOINT", `http://127.0.0.1:${(backend.address() as AddressInfo).port}/v1/spans`);
  vi.stubEnv("ACME_API_KEY", "a-key-for-tests");
}

describe("AcmeExporter", () => {
  it("sends a run with its tool calls", async () => {
    await listen();
    const telemetry = new TelemetryManager({ exporters: [new AcmeExporter()] });
    await telemetry.withRun({ question: "When is high tide?" }, (run) => {
      run.startTool("tide_table", "Dover").end("14:02");
      return { output: "At 14:02." };
    });
    const { exporters } = await telemetry.shutdown();
    expect(received.map(({ key }) => key)).toEqual(["a-key-for-tests"]);
    expect(received.flatMap(({ body }) => body.spans)).toMatchObject([
      { kind: "tool", name: "tide_table", output: "14:02" },
      { kind: "run", output: { output: "At 14:02." }, status: "ok" },
    ]);
    expect(exporters).toMatchObject([{ accepted: 4, delivered: 4 }]);
  });

  it("is disabled without configuration", async () => {
    vi.stubEnv("ACME_ENDPOINT", undefined);
    vi.stubEnv("ACME_API_KEY", undefined);
    const telemetry = new TelemetryManager({ exporters: [new AcmeExporter()] });
    await telemetry.withRun({}, () => ({}));
    const { exporters } = await telemetry.shutdown();
    expect(exporters).toMatchObject([{ state: "disabled", delivered: 0 }]);
  });
});
