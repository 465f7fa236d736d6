import { replace } from "./replace.ts";

/**
 * Keeps the process alive: what would end it is told to `told`, and throws.
 *
 * @returns what puts everything back.
 */
export function watchExits(told: (call: string) => void): () => void {
  const refuse =
    (name: string) =>
    (...values: unknown[]): never => {
      const call = `process.${name}(${values.map((value) => JSON.stringify(value) ?? String(value)).join(", ")})`;
      told(call);
      throw new Error(`${call} was called`);
    };
  const kill = process.kill.bind(process);
  const restores = [
    replace(process, "exit", refuse("exit")),
    replace(process, "abort", refuse("abort")),
    replace(process, "kill", (pid: number, signal?: string | number) =>
      (pid === process.pid || pid === 0) && signal !== 0 ? refuse("kill")(pid, signal) : kill(pid, signal),
    ),
    replace(process as unknown as { reallyExit: unknown }, "reallyExit", refuse("reallyExit")),
  ];
  return () => {
    for (const restore of restores.toReversed()) restore();
  };
}
