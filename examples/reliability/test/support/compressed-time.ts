import { setImmediate as turn } from "node:timers/promises";
import { vi } from "vitest";

const STEP_MS = 100;
// What a socket on loopback has to say is there within a few turns of the event loop.
const TURNS = 20;

/** From now on time passes only when it is told to. Sockets go on by themselves: they have no part in it. */
export function compressTime(): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
}

/**
 * Lets time pass until something is so, or for so many milliseconds. In steps that are short beside every timeout, and
 * nothing is left under way between them: that a machine is slow makes no request late.
 *
 * @param isUnderWay something has come that will be answered.
 * @returns whether it is so.
 */
export async function passTime(ms: number, isUnderWay: () => boolean, isSo = (): boolean => false): Promise<boolean> {
  for (let passed = 0; passed < ms && !isSo(); passed += STEP_MS) {
    await vi.advanceTimersByTimeAsync(STEP_MS);
    for (let turns = 0; turns < TURNS || isUnderWay(); turns++) await turn();
  }
  return isSo();
}
