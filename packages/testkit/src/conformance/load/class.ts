import { REQUIRED_HOOKS } from "@charm/telemetry-core";
import type { HookName } from "@charm/telemetry-core";
import { NotApplicable } from "../not-applicable.ts";
import type { ConformanceCase } from "../case.ts";

const CONTRACT = Symbol.for("charm.telemetry.contract");
const CONTRACT_VERSION = 1;

/** With the context that follows the hook's own arguments. */
const PARAMETERS: Readonly<Record<HookName, number>> = {
  onRunStart: 3,
  onRunEnd: 3,
  onError: 3,
  onToolStart: 3,
  onToolEnd: 3,
  onToolError: 3,
  onLlmNewToken: 2,
  onAgentAction: 3,
  onLlmStart: 2,
  onLlmEnd: 2,
  onLlmError: 2,
};
const LIFECYCLE = { start: 2, flush: 1, shutdown: 1 };

export const exporterClass: ConformanceCase = {
  id: "class",
  title: "is a class",
  level: "load",
  async run(bench) {
    const exported = await bench.exporterClass();
    if (prototypeOf(exported) !== undefined) return;
    const got = exported === null ? "null" : typeof exported;
    bench.report(
      "the export is a class; export the class itself, not an instance or a function that makes one",
      `it is ${got}`,
    );
  },
};

export const methods: ConformanceCase = {
  id: "methods",
  title: "has the eight hooks as methods of its class",
  level: "load",
  after: ["class"],
  async run(bench) {
    const prototype = prototypeOf(await bench.exporterClass()) ?? {};
    const missing = REQUIRED_HOOKS.filter((hook) => typeof prototype[hook] !== "function");
    if (missing.length > 0)
      bench.report(
        `the class has ${REQUIRED_HOOKS.join(", ")} as methods, not as fields; one that is not needed has an empty body`,
        `it lacks ${missing.join(", ")}`,
      );
    for (const name of Object.keys({ ...PARAMETERS, ...LIFECYCLE }))
      if (
        !missing.some((hook) => hook === name) &&
        prototype[name] !== undefined &&
        typeof prototype[name] !== "function"
      )
        bench.report(`${name}, if it is there, is a method`, `it is ${typeof prototype[name]}`);
  },
};

export const arity: ConformanceCase = {
  id: "arity",
  title: "asks for no more arguments than the contract gives",
  level: "load",
  after: ["class"],
  async run(bench) {
    const prototype = prototypeOf(await bench.exporterClass()) ?? {};
    for (const [name, given] of Object.entries({ ...PARAMETERS, ...LIFECYCLE })) {
      const method = prototype[name];
      if (typeof method === "function" && method.length > given)
        bench.report(`${name} has at most ${given} parameters, the context included`, `it has ${method.length}`);
    }
  },
};

export const brand: ConformanceCase = {
  id: "brand",
  title: "is made for this version of the contract, or does not say",
  level: "load",
  after: ["class"],
  async run(bench) {
    const version = prototypeOf(await bench.exporterClass())?.[CONTRACT];
    if (version === undefined || version === CONTRACT_VERSION) return;
    bench.report(
      `its version of the contract is ${CONTRACT_VERSION}; classes that extend BaseTelemetryExporter have the right one`,
      `it is ${typeof version === "number" ? version : typeof version}`,
    );
  },
};

export const construction: ConformanceCase = {
  id: "construction",
  title: "is made without arguments and without configuration",
  level: "load",
  after: ["class"],
  async run(bench) {
    try {
      await bench.create({ isConfigured: false });
    } catch (error) {
      if (!(error instanceof NotApplicable)) throw error;
      bench.report(
        "new Exporter() works where none of its variables are set; reading them is for start()",
        error.message,
      );
    }
  },
};

function prototypeOf(exported: unknown): Readonly<Record<PropertyKey, unknown>> | undefined {
  const prototype: unknown = typeof exported === "function" ? exported.prototype : undefined;
  return typeof prototype === "object" && prototype !== null && prototype !== Object.prototype
    ? (prototype as Record<PropertyKey, unknown>)
    : undefined;
}
