// The vendors' intakes on loopback: takes every request, and answers it or never does. Tells its parent what it received.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

/** Where spans go; what else is sent there (metrics, logs, traces of an APM) is taken and not counted. */
const INTAKES = {
  datadog: /\/llm-obs\/v1\/trace\/spans$|\/api\/v2\/llmobs$/,
  langsmith: /\/runs\/(?:multipart|batch)$/,
  sentry: /\/envelope\/$/,
  otlp: /\/v1\/traces$/,
};

/** Whatever each vendor's client looks for in an answer. */
const ANSWER = JSON.stringify({
  successes: [],
  errors: [],
  endpoints: ["/v0.4/traces", "/evp_proxy/v2/"],
  version: "1.0.0",
  batch_ingest_config: { use_multipart_endpoint: true, size_limit: 100, size_limit_bytes: 20_971_520 },
  instance_flags: {},
});

const answers = process.argv[2] !== "hung";
const received = [];

const server = createServer((request, response) => {
  if (!answers) return void request.resume();
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const vendor = Object.keys(INTAKES).find((name) => INTAKES[name].test(request.url.split("?")[0]));
    const body = Buffer.concat(chunks);
    if (vendor !== undefined) received.push({ vendor, body, encoding: request.headers["content-encoding"] });
    response.writeHead(200, { "content-type": "application/json" }).end(ANSWER);
  });
});
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));

// Bodies are read when the clocks have stopped.
process.on("message", () => {
  const report = { bytes: {}, spans: {}, runs: {} };
  const seen = new Set();
  for (const { vendor, body, encoding } of received) {
    report.bytes[vendor] = (report.bytes[vendor] ?? 0) + body.length;
    const text = (encoding === "gzip" ? gunzipSync(body) : body).toString("latin1");
    for (const [, kind, index] of text.matchAll(/bench(span|run)-(\d+)/g)) {
      const key = `${vendor} ${kind} ${index}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const counts = report[`${kind}s`];
      counts[vendor] = (counts[vendor] ?? 0) + 1;
    }
  }
  process.send(report);
});
process.on("disconnect", () => process.exit());
