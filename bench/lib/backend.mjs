import { fork } from "node:child_process";
import { once } from "node:events";
import { programPath } from "./paths.mjs";

/** Runs `use` with a backend in a process of its own. `received()` counts, by vendor, the distinct spans and runs that it was sent, and the bytes. */
export async function withBackend(behaviour, use) {
  const child = fork(programPath("backend.mjs"), [behaviour]);
  try {
    const [{ port }] = await once(child, "message");
    return await use({
      isHealthy: behaviour === "healthy",
      url: `http://127.0.0.1:${port}`,
      async received() {
        const answer = once(child, "message");
        child.send("report");
        return (await answer)[0];
      },
    });
  } finally {
    child.kill("SIGKILL");
  }
}
