/** Bounds of the exporter host. Names end in their unit. */
export interface HostLimits {
  /** A batch is posted when it holds this many events (at most 1024) or bytes; its first event is this old at most. */
  readonly batchEvents: number;
  readonly batchBytes: number;
  readonly batchMs: number;
  /** What a host thread has been sent and has not yet read; beyond it new events are dropped. */
  readonly backlogEvents: number;
  readonly backlogBytes: number;
  /** What waits for one exporter; beyond it the oldest events are dropped. */
  readonly queueEvents: number;
  readonly queueBytes: number;
  readonly loadMs: number;
  readonly startMs: number;
  /** First pause after a failed start; doubled after each further one up to `maxRestartMs`. */
  readonly restartMs: number;
  readonly maxRestartMs: number;
  readonly hookMs: number;
  /** Hooks that fail in a row before the exporter is paused, and for how long. */
  readonly breakerFailures: number;
  readonly breakerMs: number;
  /** How long one exporter may go on before the others of its thread get their turn. */
  readonly sliceMs: number;
  /** A thread that gives no sign of life for so long is ended. */
  readonly blockedMs: number;
  /** The same while it boots, or loads or starts an exporter: modules take long to load where processors are scarce. */
  readonly blockedLoadingMs: number;
  /** What `terminate()` may take before the thread counts as stuck in native code. */
  readonly terminateMs: number;
  readonly heapMb: number;
  /** Memory outside the heap, such as buffers, which Node does not limit. */
  readonly externalMb: number;
}

export const HOST_LIMITS: HostLimits = {
  batchEvents: 512,
  batchBytes: 256 * 1024,
  batchMs: 10,
  backlogEvents: 65_536,
  backlogBytes: 16 * 1024 * 1024,
  queueEvents: 16_384,
  queueBytes: 16 * 1024 * 1024,
  loadMs: 30_000,
  startMs: 10_000,
  restartMs: 1000,
  maxRestartMs: 60_000,
  hookMs: 10_000,
  breakerFailures: 5,
  breakerMs: 30_000,
  sliceMs: 10,
  blockedMs: 2000,
  blockedLoadingMs: 10_000,
  terminateMs: 250,
  heapMb: 256,
  externalMb: 256,
};
