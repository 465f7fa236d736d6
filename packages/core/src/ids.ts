const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/;

// One call for many ids: randomBytes(8) costs 2 µs, eight bytes of a pool 15 ns.
const pool = Buffer.allocUnsafe(4096);
let used = pool.length;

/** Loaded with the first id: importing core must not cost these milliseconds. */
function crypto(): typeof import("node:crypto") {
  return process.getBuiltinModule("node:crypto");
}

function random(count: number): number {
  if (used + count > pool.length) {
    crypto().randomFillSync(pool);
    used = 0;
  }
  used += count;
  return used - count;
}

function hex(from: number, to: number): string {
  let text = "";
  for (let index = from; index < to; index++) text += HEX[pool[index] ?? 0];
  return text;
}

/** A UUIDv7: sorts by time, so that a person finds the newest run last. */
export function uuidv7(timeUnixMs: number = Date.now()): string {
  const time = Math.trunc(timeUnixMs).toString(16).padStart(12, "0");
  const at = random(10);
  pool[at] = ((pool[at] ?? 0) & 0x0f) | 0x70;
  pool[at + 2] = ((pool[at + 2] ?? 0) & 0x3f) | 0x80;
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex(at, at + 2)}-${hex(at + 2, at + 4)}-${hex(at + 4, at + 10)}`;
}

/** 16 hex digits, never all zero. */
export function newSpanId(): string {
  const at = random(8);
  const id = hex(at, at + 8);
  return id === "0000000000000000" ? newSpanId() : id;
}

/** The id if it has a span id's form. */
export function asSpanId(id: string | undefined): string | undefined {
  return id !== undefined && SPAN_ID.test(id) ? id : undefined;
}

/** 32 hex digits: the digits of a UUID, else the start of the run id's SHA-256. */
export function traceIdOf(runId: string): string {
  if (UUID.test(runId)) return runId.replaceAll("-", "").toLowerCase();
  return crypto().createHash("sha256").update(runId).digest("hex").slice(0, 32);
}
