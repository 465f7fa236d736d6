/** Entries of an index, as the registry's file has them. */
export interface Entry {
  readonly id: string;
  readonly npm_package: string;
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly github_url: string;
  readonly version: string;
  readonly license: string;
  readonly status?: unknown;
}

export const FIRST_PARTY: readonly Entry[] = [
  firstParty("datadog", "Datadog", "Sends the runs of a Charm agent to Datadog LLM Observability."),
  firstParty("langsmith", "LangSmith", "Sends the runs of a Charm agent to LangSmith."),
  firstParty(
    "sentry",
    "Sentry",
    "Sends the runs of a Charm agent to Sentry: traces of AI agents, and errors with what led to them.",
  ),
];

function firstParty(id: string, name: string, description: string): Entry {
  return {
    id,
    npm_package: `@charm/telemetry-${id}`,
    name,
    description,
    author: "Charm",
    tags: ["first-party", "llm-observability", "tracing"],
    github_url: "https://github.com/CharmAIOS/charm-telemetry-js",
    version: "1.0.0",
    license: "MIT",
  };
}

const NAMES = ["Harbour", "Lantern", "Meadow", "Quartz", "Sparrow", "Tundra", "Willow", "Ember", "Cobalt", "Juniper"];
const KINDS = ["Traces", "Metrics", "Logs", "Insights", "Watch", "Vault", "Flow", "Lake", "Pulse", "Desk"];
const TAGS = [
  "tracing",
  "metrics",
  "logs",
  "cost",
  "evaluation",
  "self-hosted",
  "alerts",
  "storage",
  "privacy",
  "otel",
];
const LICENSES = ["MIT", "Apache-2.0", "BSD-3-Clause", "MPL-2.0"];
const WORDS = [
  "Writes each run with its tool calls to a table that you can query.",
  "Turns tokens and tool calls into spans, and keeps the order they came in.",
  "Counts tokens, errors and latency, and raises an alert when an agent drifts.",
  "Keeps prompts and answers on your own machines, masked before they are stored.",
  "Shows what a run has cost, by model, by tool and by customer.",
];

/** Always the same ones, in no particular order. */
export function generated(count: number): Entry[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${NAMES[at % 10]} ${KINDS[Math.floor(at / 10) % 10]}${at < 100 ? "" : ` ${Math.floor(at / 100)}`}`;
    const id = name.toLowerCase().replaceAll(" ", "-");
    return {
      id,
      npm_package: `charm-telemetry-${id}`,
      name,
      description: `${WORDS[at % 5]} Made for ${NAMES[(at * 7 + 3) % 10]} teams, release ${at}.`,
      author: `${NAMES[(at * 3) % 10]} Labs`,
      tags: [...new Set([at, at * 3 + 1, at * 7 + 2].map((each) => TAGS[each % 10] ?? ""))],
      github_url: `https://github.com/example/charm-telemetry-${id}`,
      version: `${1 + (at % 3)}.${at % 10}.0`,
      license: LICENSES[at % 4] ?? "MIT",
      ...(at % 23 === 22 ? { status: { state: "deprecated", reason: "Its backend closes in May." } } : {}),
    };
  });
}

export function indexOf(entries: readonly unknown[]): Buffer {
  return Buffer.from(`${JSON.stringify({ version: "1.0", exporters: entries }, null, 2)}\n`);
}

/** What the checks would have found out of these entries. */
export function factsOf(entries: readonly Entry[]): string {
  const facts = entries.map(({ id }, at) => [
    id,
    {
      verified: at % 3 !== 1,
      first_listed: `2026-${String(1 + (at % 9)).padStart(2, "0")}-${String(1 + (at % 28)).padStart(2, "0")}`,
      last_checked: "2026-10-01T03:00:00Z",
      ...(at % 4 === 0 ? {} : { downloads: (at * 7919) % 20_000 }),
    },
  ]);
  return JSON.stringify({ version: "1.0", exporters: Object.fromEntries(facts) as object });
}
