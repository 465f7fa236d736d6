const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Cleans up when the process is told to end, and lets it end.
 *
 * @returns what takes the listeners away again.
 */
export function whenInterrupted(clean: () => void): () => void {
  const stop = (): void => SIGNALS.forEach((signal) => process.removeListener(signal, end));
  const end = (signal: NodeJS.Signals): void => {
    stop();
    clean();
    // Who else listens decides what becomes of the process.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, end);
  return stop;
}
