import { nextTurn } from "../lib/report.mjs";

// Looking takes the thread that is measured some microseconds: seldom.
const LOOK_EVERY = 2000;
const MOST_PENDING = 6000;

/**
 * Emits with a turn of the event loop after every `perTurn`, then flushes. It also waits for a flush when the slowest
 * listener is far behind, or after every `flushEvery` where nobody can tell: what a listener cannot keep up with it drops,
 * which costs less than delivering it.
 */
export async function emitKeepingUp({ count, perTurn, flushEvery }, emit, { pending, flush }) {
  const isBehind = (told) =>
    pending === undefined ? told % flushEvery === 0 : told % LOOK_EVERY === 0 && pending() > MOST_PENDING;
  for (let index = 0; index < count;) {
    const end = Math.min(count, index + perTurn);
    for (; index < end; index++) {
      const told = emit(index);
      if (told !== undefined) await told;
    }
    await nextTurn();
    if (index < count && isBehind(index)) await flush();
  }
  await flush();
}
