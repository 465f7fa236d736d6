import { mainThreadClock } from "../lib/cpu.mjs";
import { nextTurn, pause } from "../lib/report.mjs";

/**
 * Emits with a turn of the event loop after every `perTurn`, and waits whenever the slowest listener is more than 8000
 * events behind: what a host cannot keep up with it drops, which costs less than delivering it.
 *
 * @returns the main thread's CPU, in milliseconds, without the waiting.
 */
export async function emitKeepingUp({ count, perTurn }, emit, pending) {
  const start = mainThreadClock.read();
  let waitedMs = 0;
  let sinceLook = 0;
  for (let index = 0; index < count;) {
    const end = Math.min(count, index + perTurn);
    sinceLook += end - index;
    for (; index < end; index++) {
      const told = emit(index);
      if (told !== undefined) await told;
    }
    await nextTurn();
    if (pending === undefined || sinceLook < 1000) continue;
    sinceLook = 0;
    const before = mainThreadClock.read();
    if (pending() > 8000) while (pending() > 2000) await pause(10);
    waitedMs += mainThreadClock.read() - before;
  }
  return mainThreadClock.read() - start - waitedMs;
}
