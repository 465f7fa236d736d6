import { spawnSync } from "node:child_process";

/** Why the Python cases are left out; undefined where there is a Python. */
export const pythonSkip =
  spawnSync("python3", ["-c", "import time; time.thread_time()"]).status === 0 ? undefined : "no python3 on the PATH";
