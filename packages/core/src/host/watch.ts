import { readFileSync } from "node:fs";

// A check that comes so late tells that the watching thread itself was asleep, or the whole machine.
const MAX_GAP_MS = 1200;
// Clock ticks per second in /proc, on every Linux that Node runs on.
const TICKS_PER_SECOND = 100;
const STARVED_FACTOR = 10;

/** What the operating system says of a thread. */
export interface TaskState {
  /** `R` is running, or would be if there was a processor for it; `D` waits for a disk, as for code to be read. */
  readonly state: string;
  readonly cpuMs: number;
}

/** @returns undefined when there is no such thread, or where there is no /proc. */
export function readTask(task: number): TaskState | undefined {
  if (task === 0) return undefined;
  try {
    const text = readFileSync(`/proc/self/task/${task}/stat`, "utf8");
    // The name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { state: fields[0] ?? "", cpuMs: (ticks * 1000) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}

/**
 * Tells a thread that is blocked from one that only gets no processor: silence alone proves nothing on a busy machine.
 */
export class Watch {
  #beat = -1;
  #checkedAt: number;
  #aliveAt: number;
  #halfTime: TaskState | undefined;
  #before: TaskState | undefined;

  constructor(now: number) {
    this.#checkedAt = now;
    this.#aliveAt = now;
  }

  /**
   * @param heartbeat a number that the thread changes as long as it lives.
   * @param blockedMs how long it may stay silent.
   */
  isBlocked(heartbeat: number, blockedMs: number, now: number, readState: () => TaskState | undefined): boolean {
    const wasAsleep = now - this.#checkedAt > MAX_GAP_MS;
    this.#checkedAt = now;
    if (heartbeat !== this.#beat || wasAsleep) {
      this.#beat = heartbeat;
      this.#aliveAt = now;
      this.#halfTime = undefined;
      this.#before = undefined;
      return false;
    }
    const silentMs = now - this.#aliveAt;
    if (silentMs < blockedMs / 2) return false;
    const before = this.#before;
    const task = readState();
    this.#before = task;
    this.#halfTime ??= task;
    if (silentMs < blockedMs) return false;
    if (task === undefined || this.#halfTime === undefined) return true;
    // Once asleep proves nothing: a starved thread may just be waiting for another one that is.
    if (isAsleep(before ?? task) && isAsleep(task)) return true;
    return task.cpuMs - this.#halfTime.cpuMs >= blockedMs / 4 || silentMs >= blockedMs * STARVED_FACTOR;
  }

  silentMs(heartbeat: number, now: number): number {
    return heartbeat === this.#beat ? now - this.#aliveAt : 0;
  }
}

function isAsleep({ state }: TaskState): boolean {
  return state !== "R" && state !== "D";
}
