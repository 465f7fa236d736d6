import { runInNewContext } from "node:vm";

/** Values that no agent should pass and some will: each call of a maker makes a fresh one. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  "-0": () => -0,
  "a BigInt": () => 12_345_678_901_234_567_890n,
  "a BigInt of a million bits": () => -(1n << 1_000_000n),
  "a symbol": () => Symbol("s"),
  "a 10 MB symbol": () => Symbol("s".repeat(10_000_000)),
  "a lone surrogate": () => "a\ud800b",
  NUL: () => "a\0b",
  "100 MB of text": () => "x".repeat(100_000_000),

  "a function": () => function named() {},
  "a function whose name throws": () => Object.defineProperty(() => {}, "name", { get: thrower }),
  "a class": () => class Named {},
  "a generator without end": () => endless(),
  "a promise": () => Promise.resolve(1),

  "an invalid date": () => new Date(Number.NaN),
  "a date that answers with something else": () => Object.assign(new Date(0), { toISOString: cycle, toJSON: cycle }),
  "a pretended date": () => Object.create(Date.prototype) as unknown,
  "a map with keys of all kinds": () =>
    new Map<unknown, unknown>([
      [{ key: 1 }, cycle()],
      [Symbol("k"), 2],
      [getterThrowing(new Error("no")), 3],
      [new Proxy({}, throwingTraps()), 4],
    ]),
  "a map that never ends": () => Object.assign(new Map([[1, 1]]), { [Symbol.iterator]: endless, entries: endless }),
  "a pretended map": () => Object.create(Map.prototype) as unknown,
  "a set of itself": () => {
    const set = new Set<unknown>([1]);
    return set.add(set);
  },
  "a set that never ends": () => Object.assign(new Set([1]), { [Symbol.iterator]: endless, values: endless }),
  "a weak map": () => new WeakMap(),
  "a buffer": () => Buffer.from("text"),
  "shared memory": () => new SharedArrayBuffer(8),
  "bytes whose class lies": () =>
    Object.defineProperty(new Uint8Array(2), "constructor", { value: { name: Symbol("n") } }),
  "a boxed string": () => Object("x".repeat(100_000)) as unknown,
  "a boxed number that lies": () => Object.assign(Object(1) as object, { valueOf: cycle }),
  "things of another realm": () =>
    runInNewContext("({ date: new Date(0), map: new Map([[1, 2]]), error: new TypeError('far') })") as unknown,

  "a cycle": cycle,
  "an array of itself": () => {
    const array: unknown[] = [1];
    array.push(array);
    return array;
  },
  "100,000 levels": () => deep(100_000),
  "a doubling graph": () => doubling(60),
  "a million items": () => Array.from({ length: 1_000_000 }, (_, index) => index),
  "100,000 members": () => Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index])),
  "a billion holes": () => {
    const holes: unknown[] = [];
    holes.length = 1e9;
    return holes;
  },
  "100 MB as a key": () => ({ ["k".repeat(100_000_000)]: 1 }),
  "an own __proto__": () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}') as unknown,
  "no prototype": () => Object.assign(Object.create(null) as object, { a: 1 }),

  "a getter that throws": () => getterThrowing(new Error("getter")),
  "a getter that throws text": () => getterThrowing("text"),
  "a getter that throws an object that throws": () => getterThrowing(evil()),
  "a getter that throws 10 MB": () => getterThrowing(new Error("x".repeat(10_000_000))),
  "an object whose every method throws": evil,
  "a proxy whose every trap throws": () => new Proxy({}, throwingTraps()),
  "a proxy of an array whose every trap throws": () => new Proxy([], throwingTraps()),
  "a proxy of a function whose every trap throws": () => new Proxy(() => {}, throwingTraps()),
  "a proxy of an error whose every trap throws": () => new Proxy(new Error("e"), throwingTraps()),
  "a proxy of a map": () => new Proxy(new Map(), {}),
  "a revoked proxy": () => revoked({}),
  "a revoked proxy of an array": () => revoked([]),
  "a revoked proxy of a function": () => revoked(() => {}),
  "revoked proxies in an array": () => [revoked({}), revoked([])],
  "an array of endless length": () => arrayOfLength(Infinity),
  "an array whose length is a BigInt": () => arrayOfLength(5n),
  "an array whose length is a symbol": () => arrayOfLength(Symbol("length")),

  "toJSON that throws": () => ({ toJSON: thrower }),
  "toJSON that returns its object": () => ({
    toJSON() {
      return this;
    },
  }),
  "toJSON that returns ever new objects": endlessToJson,
  "toJSON that returns undefined": () => ({ toJSON: () => undefined }),
  "toJSON that cannot be read": () => Object.defineProperty({}, "toJSON", { get: thrower, enumerable: true }),

  "an error": () => Object.assign(new TypeError("t", { cause: cycle() }), { code: "E_T" }),
  "an error that is its own cause": () => {
    const error = new Error("loop");
    error.cause = error;
    return error;
  },
  "an error whose members throw": () => {
    const error = new Error("x");
    for (const key of ["stack", "name", "message", "code", "cause"])
      Object.defineProperty(error, key, { get: thrower });
    return error;
  },
  "an error whose message is an object": () => Object.defineProperty(new Error("e"), "message", { value: cycle() }),
  "an error caused by an object that holds it": () => {
    const holder: Record<string, unknown> = {};
    holder["error"] = new Error("held", { cause: holder });
    return holder;
  },
  "25,000 errors with long stacks": () =>
    Array.from({ length: 25_000 }, () => Object.assign(new Error("e"), { stack: LONG_STACK })),
};

const LONG_STACK = "s".repeat(300_000);

/** For `it.each`. */
export const HOSTILE_NAMES: readonly string[] = Object.keys(HOSTILE);

export function hostile(name: string): unknown {
  return HOSTILE[name]?.();
}

export function thrower(): never {
  throw new Error("hostile");
}

/** Every operation on the proxy throws. */
export function throwingTraps(): ProxyHandler<object> {
  return new Proxy({}, { get: () => thrower });
}

export function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** `{ next: { next: … } }` */
export function deep(levels: number): object {
  let value: object = {};
  for (let level = 0; level < levels; level++) value = { next: value };
  return value;
}

/** Small in memory, 2^levels when written out. */
function doubling(levels: number): object {
  let value: object = { leaf: true };
  for (let level = 0; level < levels; level++) value = { left: value, right: value };
  return value;
}

function cycle(): object {
  const object: Record<string, unknown> = { name: "cycle" };
  object["self"] = object;
  return object;
}

function* endless(): Generator<[number, number]> {
  for (;;) yield [1, 1];
}

function endlessToJson(): object {
  return { toJSON: endlessToJson };
}

function arrayOfLength(length: unknown): object {
  return new Proxy([], { get: (target, key) => (key === "length" ? length : (Reflect.get(target, key) as unknown)) });
}

function getterThrowing(error: unknown): object {
  return {
    get good() {
      return 1;
    },
    get bad() {
      throw error;
    },
  };
}

function evil(): object {
  const object: object = {
    get message() {
      throw object;
    },
    toString() {
      throw object;
    },
    toJSON() {
      throw object;
    },
  };
  return object;
}
