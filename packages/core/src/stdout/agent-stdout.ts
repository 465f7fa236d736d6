import type { Writable } from "node:stream";

/**
 * Knows whether prints of the agent wait inside `process.stdout`.
 *
 * It must not be the first to touch `process.stdout`: on a pipe that makes the description which all writers share
 * non-blocking, and a shell on the same pipe then loses what it prints while the pipe is full.
 */
export class AgentStdout {
  #stream: Writable | undefined;

  /** @param isTouched whether the agent has touched `process.stdout` before; it may be read freely then. */
  watch(isTouched: boolean): void {
    const property = Object.getOwnPropertyDescriptor(process, "stdout");
    if (isTouched || property?.get === undefined || property.configurable !== true) {
      this.#stream = process.stdout;
      return;
    }
    const readOnce = (): Writable => {
      // Gone without a trace after the first touch, unless somebody has put a property of their own over it.
      if (Object.getOwnPropertyDescriptor(process, "stdout")?.get === readOnce)
        Object.defineProperty(process, "stdout", property);
      const stream = property.get?.call(process) as Writable;
      this.#stream = stream;
      return stream;
    };
    Object.defineProperty(process, "stdout", { ...property, get: readOnce });
  }

  /** Whether something that the agent has printed is still to be written. */
  isWaiting(): boolean {
    const stream = this.#stream;
    return stream !== undefined && stream.writableLength > 0 && !stream.destroyed;
  }
}
