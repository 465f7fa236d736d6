import { writeSync } from "node:fs";
import { CORE_URL } from "../lib/paths.mjs";

const PREFIX = "__CHARM_EVENT__";

/**
 * Ways to get one token to stdout as one line. Each is made for its process: `token(text)` emits, `flush()` resolves
 * when everything has left the process.
 */
export const EMITTERS = {
  async charm() {
    const { TelemetryManager } = await import(CORE_URL);
    const manager = await TelemetryManager.load();
    const run = manager.startRun({ question: "When is high water?" });
    return {
      token: (text) => run.token(text),
      flush: () => manager.flush({ timeoutMs: 30_000 }),
    };
  },

  "one write per turn"() {
    let lines = "";
    let flushed = [];
    const write = () => {
      for (let rest = Buffer.from(lines); rest.length > 0;) rest = rest.subarray(writeSync(1, rest));
      lines = "";
      for (const resolve of flushed) resolve();
      flushed = [];
    };
    return {
      token(text) {
        if (lines === "") setImmediate(write);
        lines += `${PREFIX}{"type": "delta", "content": ${JSON.stringify(text)}}\n`;
      },
      flush: () => (lines === "" ? Promise.resolve() : new Promise((resolve) => flushed.push(resolve))),
    };
  },

  "fs.writeSync"() {
    return { token: (text) => void writeSync(1, line(text)), flush: async () => {} };
  },

  "console.log"() {
    return {
      token: (text) => console.log(`${PREFIX}${JSON.stringify({ type: "delta", content: text })}`),
      flush: () => new Promise((resolve) => process.stdout.write("", resolve)),
    };
  },

  async "sonic-boom"() {
    const { default: SonicBoom } = await import("sonic-boom");
    const stream = new SonicBoom({ fd: 1, sync: false });
    return { token: (text) => void stream.write(line(text)), flush: () => flushed(stream) };
  },

  async "pino async"() {
    return pinoTo({ dest: 1, sync: false, minLength: 4096 });
  },

  async "pino sync"() {
    return pinoTo({ dest: 1, sync: true });
  },
};

/** The name of the emitter in Python: a program of its own. */
export const PYTHON_EMITTER = "Python, flush per token";

function line(text) {
  return `${PREFIX}${JSON.stringify({ type: "delta", content: text })}\n`;
}

async function pinoTo(options) {
  const { default: pino } = await import("pino");
  const destination = pino.destination(options);
  // No process id, host name and time: as little to write as the others have.
  const logger = pino({ base: null, timestamp: false }, destination);
  return {
    token: (text) => logger.info({ type: "delta", content: text }),
    flush: () => (options.sync ? Promise.resolve() : flushed(destination)),
  };
}

/** Its flush ends with an fsync, which a pipe does not know: everything has been written by then. */
function flushed(sonicBoom) {
  return new Promise((resolve, reject) =>
    sonicBoom.flush((error) => (error && error.code !== "EINVAL" ? reject(error) : resolve())),
  );
}
