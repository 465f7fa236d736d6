import { execFileSync, spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { programPath } from "./paths.mjs";
import { temporaryFolder } from "./temporary-folder.mjs";

/** A pipe that `wc` drains: `result` is the number of lines that came through. */
export function countingPipe() {
  const { fd, output } = openPipe("wc", ["-l"]);
  return { fd, result: output.then(Number) };
}

/** A pipe that a program of ours drains: `result` is what it reports. */
export function readerPipe(input) {
  const { fd, output } = openPipe(process.execPath, [programPath("reader.mjs"), JSON.stringify(input)]);
  return { fd, result: output.then(JSON.parse) };
}

/** A FIFO as the runner's stdout is one (Node's own `pipe` is a socket), and the process that reads it. */
function openPipe(command, args) {
  const path = join(temporaryFolder("pipe"), "fifo");
  execFileSync("mkfifo", [path]);
  // Opening one end alone waits for the other.
  const both = openSync(path, constants.O_RDWR);
  const readFd = openSync(path, constants.O_RDONLY);
  const fd = openSync(path, constants.O_WRONLY);
  closeSync(both);

  const reader = spawn(command, args, { stdio: [readFd, "pipe", "inherit"] });
  closeSync(readFd);
  const output = new Promise((resolve, reject) => {
    const chunks = [];
    reader.stdout.on("data", (chunk) => chunks.push(chunk));
    reader.on("error", reject);
    reader.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
  return { fd, output };
}
