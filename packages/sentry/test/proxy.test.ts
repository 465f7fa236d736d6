import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { eventContext, startExporter } from "@charm/telemetry-testkit";
import { startSentryIntake } from "@charm/telemetry-testkit/intakes";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { SentryExporter } from "../src/index.ts";

const never: AbortSignal = new AbortController().signal;

afterEach(() => vi.unstubAllEnvs());

it("sends through a proxy that the environment names in upper case", async () => {
  const tunnels: string[] = [];
  const proxy = createServer().on("connect", (request, client, head) => {
    tunnels.push(request.url ?? "");
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const target = connect(Number(port), host, () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.write(head);
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve));
  const intake = await startSentryIntake();
  onTestFinished(async () => {
    await intake.close();
    await new Promise((resolve) => proxy.close(resolve));
  });

  vi.stubEnv("SENTRY_DSN", intake.dsn);
  for (const name of ["http_proxy", "https_proxy", "no_proxy", "NO_PROXY", "HTTPS_PROXY"]) vi.stubEnv(name, undefined);
  vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const { exporter, account, accept } = await startExporter(new SentryExporter());
  const context = eventContext("0000000000000001", "00000000000000aa");
  accept(exporter.onToolStart("search", "{}", context), exporter.onToolEnd("search", "found", context));
  await exporter.shutdown(never);
  expect(tunnels).toEqual([new URL(intake.url).host]);
  expect(intake.received.spans).toBe(1);
  expect(account).toMatchObject({ outcomes: { delivered: 2 }, units: { requests: 1 } });
});

it.each(["127.0.0.1:9", "http://u:canary100%pass@127.0.0.1:9"])(
  "is disabled by a proxy variable that holds no URL that can be used: %s",
  async (proxy) => {
    vi.stubEnv("SENTRY_DSN", "https://public@sentry.example/1");
    for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY"]) vi.stubEnv(name, undefined);
    vi.stubEnv("HTTPS_PROXY", proxy);
    const { account } = await startExporter(new SentryExporter());
    expect(account.disabled).toMatch(/^HTTPS_PROXY is not the URL of a proxy, such as http:\/\/proxy\.example:3128\./);
    expect(account.disabled).not.toContain("canary");
  },
);
