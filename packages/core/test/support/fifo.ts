import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** A named pipe of the system, open at both ends. */
export interface Fifo {
  /** Never blocks. */
  readonly readFd: number;
  /** Blocks while the pipe is full, unless asked otherwise. */
  readonly writeFd: number;
  /** What is in the pipe now; removed from it. */
  readAll(): string;
  close(): void;
}

export function openFifo({ isBlocking = true }: { isBlocking?: boolean } = {}): Fifo {
  const path = join(temporaryFolder(), "fifo");
  execFileSync("mkfifo", [path]);
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeFd = openSync(path, constants.O_WRONLY | (isBlocking ? 0 : constants.O_NONBLOCK));
  const buffer = Buffer.alloc(64 * 1024);
  return {
    readFd,
    writeFd,
    readAll: () => {
      let text = "";
      for (;;) {
        const count = readNow(readFd, buffer);
        if (count === 0) return text;
        text += buffer.toString("latin1", 0, count);
      }
    },
    close: () => {
      closeSync(readFd);
      closeSync(writeFd);
    },
  };
}

function readNow(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw error;
  }
}
