import { execFile } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * A pipe for a child's stdout and stderr, as containers have it. What Node makes for `stdio: "pipe"` is a pair of
 * sockets: a child cannot open it again by name, and its writes are not atomic.
 */
export interface OutputPipe {
  readonly reader: Socket;
  /** For the child's `stdio`. */
  readonly writerFd: number;
  /** To be called once the child has its own copy: the reader ends when the last writer has gone. */
  closeWriter(): void;
}

/** @param path where no file is; it is gone again when this resolves. */
export async function createOutputPipe(path: string): Promise<OutputPipe> {
  await run("mkfifo", ["-m", "600", path]);
  // The reader first, not waiting for a writer: opening a writer then succeeds at once, and blocks when the pipe is full.
  const readerFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writerFd = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  return {
    reader: new Socket({ fd: readerFd, readable: true, writable: false }),
    writerFd,
    closeWriter: () => closeSync(writerFd),
  };
}
