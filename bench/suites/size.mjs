import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installedSize } from "../lib/installed-size.mjs";
import { BENCH_FOLDER, packageFolder, REPOSITORY_FOLDER } from "../lib/paths.mjs";
import { temporaryFolder } from "../lib/temporary-folder.mjs";

const OPENTELEMETRY = [
  "@opentelemetry/api",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/exporter-trace-otlp-http",
];

const PEERS = {
  pino: ["pino"],
  langfuse: ["@langfuse/otel", "@langfuse/tracing", ...OPENTELEMETRY],
  langsmith: ["langsmith"],
  "dd-trace": ["dd-trace"],
  "@sentry/node": ["@sentry/node"],
  "Mastra observability": ["@mastra/observability", "@mastra/core"],
  "LangChain core": ["@langchain/core"],
  "OpenTelemetry SDK and OTLP": OPENTELEMETRY,
};

export const size = {
  name: "size",
  title: "Installed size",
  repetitions: [1, 1],
  plan: () => ({
    note: "Megabytes (10⁶ bytes) of files, and packages, with all dependencies. Ours is packed as it is published, and installed with npm.",
    columns: [
      { key: "megabytes", title: "MB" },
      { key: "packages", title: "packages" },
    ],
    cases: [
      { name: "charm core", run: installedCore },
      ...Object.entries(PEERS).map(([name, names]) => ({ name, run: () => installedSize(BENCH_FOLDER, names) })),
    ],
    targets: [
      { what: "installed size of core", unit: "MB", atMost: 4, value: (of) => of("charm core", "megabytes") },
      { what: "packages that core installs", atMost: 8, value: (of) => of("charm core", "packages") },
    ],
  }),
};

function installedCore() {
  const folder = temporaryFolder("install");
  const { packageManager } = JSON.parse(readFileSync(join(REPOSITORY_FOLDER, "package.json"), "utf8"));
  const quietly = { stdio: ["ignore", "ignore", "pipe"] };
  // npm would leave the workspace's own version protocols in the packed package.json.
  execFileSync("npx", ["-y", packageManager, "pack", "--pack-destination", folder], {
    ...quietly,
    cwd: packageFolder("core"),
  });
  const [tarball] = readdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", `./${tarball}`], {
    ...quietly,
    cwd: folder,
  });
  return installedSize(folder, ["@charm/telemetry-core"]);
}
