// A vendor's intake on loopback: takes every request, and answers it or never does. Tells its parent what it received.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

const answers = process.argv[2] !== "hung";
const bodies = [];
let requests = 0;
let bytes = 0;

const server = createServer((request, response) => {
  const chunks = [];
  requests++;
  request.on("data", (chunk) => {
    bytes += chunk.length;
    if (answers) chunks.push(chunk);
  });
  request.on("end", () => {
    if (!answers) return;
    bodies.push({ body: Buffer.concat(chunks), isZipped: request.headers["content-encoding"] === "gzip" });
    // Whatever each vendor's client looks for in an answer.
    response.writeHead(200, { "content-type": "application/json" }).end('{"successes":[],"errors":[]}');
  });
});
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));

// Bodies are read when the clocks have stopped.
process.on("message", () => {
  const spans = new Set();
  for (const { body, isZipped } of bodies) {
    const text = (isZipped ? gunzipSync(body) : body).toString("latin1");
    for (const [, index] of text.matchAll(/benchspan-(\d+)/g)) spans.add(index);
  }
  process.send({ requests, bytes, spans: spans.size });
});
process.on("disconnect", () => process.exit());
