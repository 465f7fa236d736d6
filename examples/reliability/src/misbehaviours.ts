import { HOOKS } from "@charm/telemetry-core";

export interface Misbehaviour {
  /** Statements: with `given`, the arguments of the hook. */
  readonly does: string;
  /** What happens in each hook, instead of in the first that a tool starts with. */
  readonly isEverywhere?: true;
  /** The thread is lost with it. */
  readonly losesThread?: true;
  /** How it is seen that it has happened: a reason for which it lost an event, or what it printed; a line each. */
  readonly isSeenBy: RegExp;
}

/** What an exporter does that stands beside the three, as the table calls it. */
export const MISBEHAVIOURS: ReadonlyMap<string, Misbehaviour> = new Map<string, Misbehaviour>([
  ["throws", { does: `throw new Error("a bug of the exporter " + process.env.SECRET_KEY);`, isSeenBy: /^failed$/m }],
  [
    "rejects",
    {
      does: `return Promise.reject(new Error("a bug of the exporter " + process.env.SECRET_KEY));`,
      isSeenBy: /^failed$/m,
    },
  ],
  ["never settles", { does: `return new Promise(() => {});`, isSeenBy: /^deadline$/m }],
  [
    "floods stdout",
    {
      does: `for (let line = 0; line < 10_000; line++) console.log("a line of the exporter", process.env.SECRET_KEY);`,
      isSeenBy: /a line of the exporter/,
    },
  ],
  [
    "changes what it is given",
    {
      does: `const seen = new Set();
      const change = (value) => {
        if (typeof value !== "object" || value === null || seen.has(value)) return;
        seen.add(value);
        for (const key of Reflect.ownKeys(value)) {
          change(value[key]);
          try { value[key] = "changed by another"; } catch {}
          try { delete value[key]; } catch {}
        }
        try { Object.setPrototypeOf(value, null); } catch {}
      };
      given.forEach(change);
      console.log("changed", seen.size, "values");`,
      isEverywhere: true,
      isSeenBy: /changed [1-9]\d* values/,
    },
  ],
  ["blocks the thread", { does: `for (;;) {}`, losesThread: true, isSeenBy: /^restart$/m }],
  ["calls `process.exit`", { does: `process.exit(9);`, losesThread: true, isSeenBy: /^restart$/m }],
  [
    "exhausts the thread's memory",
    {
      does: `const kept = []; for (;;) kept.push(new Array(100_000).fill("memory"));`,
      losesThread: true,
      isSeenBy: /^restart$/m,
    },
  ],
]);

/** The source of such an exporter. */
export function sourceOf({ does, isEverywhere }: Misbehaviour): string {
  const hooks = HOOKS.map((hook) => `${hook}(...given) { ${isEverywhere || hook === "onToolStart" ? does : ""} }`);
  return `import { BaseTelemetryExporter } from "@charm/telemetry-core";
    export default class Bad extends BaseTelemetryExporter {
      ${hooks.join("\n      ")}
    }`;
}
