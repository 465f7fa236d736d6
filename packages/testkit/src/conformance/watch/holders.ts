import childProcess from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import module from "node:module";
import net from "node:net";
import tls from "node:tls";

/** What all code of a process shares, and what an instrumentation would change. */
const HOLDERS: readonly (readonly [name: string, holder: object])[] = [
  ["globalThis", globalThis],
  ["process", process],
  ["console", console],
  ["JSON", JSON],
  ["Math", Math],
  ["Date", Date],
  ["Error", Error],
  ["Promise", Promise],
  ["Promise.prototype", Promise.prototype],
  ["Object.prototype", Object.prototype],
  ["Array.prototype", Array.prototype],
  ["String.prototype", String.prototype],
  ["Function.prototype", Function.prototype],
  ["Error.prototype", Error.prototype],
  ["http", http],
  ["https", https],
  ["net", net],
  ["net.Socket.prototype", net.Socket.prototype],
  ["tls", tls],
  ["fs", fs],
  ["child_process", childProcess],
  ["module", module],
  ["module.prototype", module.prototype],
];

/** Node's own bookkeeping, and what is looked at elsewhere. */
const VOLATILE: ReadonlySet<PropertyKey> = new Set([
  "_events",
  "_eventsCount",
  "_maxListeners",
  "_exiting",
  "exitCode",
]);

/** Looks at everything that is shared. The answer tells what has changed since, and puts back what can be. */
export function watchHolders(): () => string[] {
  // Made when they are first needed, which is nobody's change.
  void new Headers();
  const before = HOLDERS.map(([name, holder]) => ({ name, holder, properties: propertiesOf(holder) }));
  return () => before.flatMap(({ name, holder, properties }) => changes(name, holder, properties));
}

type Properties = Map<PropertyKey, PropertyDescriptor>;

function propertiesOf(holder: object): Properties {
  const keys = Reflect.ownKeys(holder).filter((key) => !VOLATILE.has(key));
  return new Map(keys.map((key) => [key, Object.getOwnPropertyDescriptor(holder, key) ?? {}]));
}

function changes(name: string, holder: object, before: Properties): string[] {
  const after = propertiesOf(holder);
  const found: string[] = [];
  for (const [key, descriptor] of before) {
    const now = after.get(key);
    if (now !== undefined && isSame(descriptor, now)) continue;
    found.push(`${pathOf(name, key)} was ${now === undefined ? "deleted" : "replaced"}`);
    Reflect.defineProperty(holder, key, descriptor);
  }
  for (const [key, { value }] of after) {
    if (before.has(key) || (key === "__SENTRY__" && !hasSentryClient(value))) continue;
    found.push(`${pathOf(name, key)} was added`);
    // A prototype with a member more changes everybody's objects. Elsewhere whoever has added it may need it.
    if (name.endsWith(".prototype")) Reflect.deleteProperty(holder, key);
  }
  return found;
}

/** Sentry's packages make this table when they are loaded. It is empty, and changes nothing, until there is a client. */
function hasSentryClient(table: unknown): boolean {
  return Object.values(Object(table) as Record<string, SentryGlobals | undefined>).some(
    (globals) => globals?.defaultCurrentScope?.getClient?.() !== undefined,
  );
}

interface SentryGlobals {
  readonly defaultCurrentScope?: { getClient?(): unknown };
}

function isSame(before: PropertyDescriptor, now: PropertyDescriptor): boolean {
  if (before.get !== undefined && "value" in now) return Object.is(before.get.call(globalThis), now.value);
  return Object.is(before.value, now.value) && before.get === now.get && before.set === now.set;
}

function pathOf(name: string, key: PropertyKey): string {
  return typeof key === "string" ? `${name}.${key}` : `${name}[${String(key)}]`;
}
