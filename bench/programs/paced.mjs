import { nextTurn } from "../lib/report.mjs";

/**
 * Emits at a rate, as a model's response arrives: every millisecond the tokens that are due.
 *
 * @param note called right before each token.
 * @returns the longest time between two turns, in milliseconds: all that somebody else of the process had to wait.
 */
export async function emitPaced({ events, perSecond }, emit, note) {
  const start = performance.now();
  let longestMs = 0;
  let last = start;
  await new Promise((resolve) => {
    let done = 0;
    const turn = () => {
      const now = performance.now();
      longestMs = Math.max(longestMs, now - last);
      last = now;
      const due = Math.min(events, Math.floor(((now - start) / 1000) * perSecond));
      for (; done < due; done++) {
        note?.(done);
        emit(done);
      }
      if (done === events) resolve();
      else setTimeout(turn, 1);
    };
    turn();
  });
  await nextTurn();
  return Math.max(longestMs, performance.now() - last);
}
