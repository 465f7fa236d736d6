import { nextTurn, pause } from "../lib/report.mjs";

/**
 * Emits with a turn of the event loop after every `perTurn`, then flushes. It waits whenever the slowest listener is more
 * than 8000 events behind, and for a flush after every `flushEvery` where nobody can tell: what a listener cannot keep up
 * with it drops, which costs less than delivering it.
 */
export async function emitKeepingUp({ count, perTurn, flushEvery }, emit, { pending, flush }) {
  let sinceLook = 0;
  for (let index = 0; index < count;) {
    const end = Math.min(count, index + perTurn);
    sinceLook += end - index;
    for (; index < end; index++) {
      const told = emit(index);
      if (told !== undefined) await told;
    }
    await nextTurn();
    if (flushEvery !== undefined && index < count && index % flushEvery === 0) await flush();
    if (pending === undefined || sinceLook < 1000) continue;
    sinceLook = 0;
    // Asking costs the agent's thread: seldom.
    if (pending() > 8000) while (pending() > 2000) await pause(20);
  }
  await flush();
}
