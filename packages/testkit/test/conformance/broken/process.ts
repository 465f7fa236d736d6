import { writeSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import type { HookResult } from "@charm/telemetry-core";
import { broken } from "./broken.ts";
import { PlainExporter } from "./plain-exporter.ts";

class Logs extends PlainExporter {
  override onRunStart(): HookResult {
    console.log("a run starts");
    return super.onRunStart();
  }
}

class WritesToTheDescriptor extends PlainExporter {
  override onToolStart(): HookResult {
    writeSync(1, '{"level":30}\n');
    return super.onToolStart();
  }
}

/** When it does so, the case about prints is over: it is told where it is seen. */
class LogsWhatIsStrange extends PlainExporter {
  override onToolEnd(name: string, ...rest: unknown[]): HookResult {
    if (name === "__proto__") console.info("a strange tool");
    return super.onToolEnd(name, ...rest);
  }
}

class ExitsWithoutKey extends PlainExporter {
  override shutdown(): Promise<void> {
    process.exit(1);
  }
}

class SetsTheExitCode extends PlainExporter {
  override onError(): HookResult {
    process.exitCode = 3;
    return super.onError();
  }
  override onToolError(): HookResult {
    process.exitCode = 4;
    return super.onToolError();
  }
}

class LeavesARejection extends PlainExporter {
  override onRunEnd(): HookResult {
    void Promise.reject(new Error("the backend is away"));
    return super.onRunEnd();
  }
}

class ThrowsLater extends PlainExporter {
  override onRunEnd(): HookResult {
    setImmediate(() => {
      throw new Error("out of reach");
    });
    return super.onRunEnd();
  }
}

class SetsAVariable extends PlainExporter {
  override start(): void {
    super.start();
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  }
}

class ListensToSignals extends PlainExporter {
  override start(): void {
    super.start();
    process.on("SIGTERM", () => void this.shutdown());
  }
}

class ListensOnce extends PlainExporter {
  static isListening = false;
  constructor() {
    super();
    if (!ListensOnce.isListening) process.on("beforeExit", () => void this.flush());
    ListensOnce.isListening = true;
  }
}

class ReplacesFetch extends PlainExporter {
  override start(): void {
    super.start();
    const { fetch } = globalThis;
    globalThis.fetch = (...values) => fetch(...values);
  }
}

class PatchesHttp extends PlainExporter {
  override start(): void {
    super.start();
    const { request } = http;
    http.request = ((...values: Parameters<typeof request>) => request(...values)) as typeof request;
  }
}

class RegistersASdk extends PlainExporter {
  override start(): void {
    super.start();
    Object.assign(globalThis, { [Symbol.for("opentelemetry.js.api.1")]: { version: "1.9.0" } });
  }
}

class TicksForEver extends PlainExporter {
  override start(): void {
    super.start();
    setInterval(() => this.flush(), 5000);
  }
}

class TicksUntilShutdown extends PlainExporter {
  #timer: NodeJS.Timeout | undefined;
  override start(): void {
    super.start();
    this.#timer = setInterval(() => this.flush(), 5000);
  }
  override shutdown(): Promise<void> {
    clearInterval(this.#timer);
    return super.shutdown();
  }
}

class Listens extends PlainExporter {
  override start(): Promise<void> {
    super.start();
    return new Promise((resolve) => createServer().listen(0, "127.0.0.1", resolve));
  }
}

export const BROKEN_PROCESS = {
  "console.log": broken("no-stdout", /printed "a run starts"/, Logs),
  "a logger that writes to descriptor 1": broken("no-stdout", /printed .*level/, WritesToTheDescriptor),
  "a print about a strange text": broken(
    "hostile-values",
    /prints nothing.*printed "a strange tool"/s,
    LogsWhatIsStrange,
  ),
  "process.exit": broken("no-exit unconfigured-hooks", /called process.exit\(1\)/, ExitsWithoutKey),
  "an exit code": broken("no-exit", /set process.exitCode to 4/, SetsTheExitCode),
  "a rejection that nobody handles": broken(
    "no-stray-errors",
    /unhandledRejection: Error: the backend/,
    LeavesARejection,
  ),
  "an error in a callback": broken("no-stray-errors", /uncaughtException: Error: out of reach/, ThrowsLater),
  "a variable of the environment": broken(
    "environment-untouched",
    /NODE_TLS_REJECT_UNAUTHORIZED was added/,
    SetsAVariable,
  ),
  "a signal handler": broken("listeners-untouched", /"SIGTERM"/, ListensToSignals),
  "a listener that is added once": broken("listeners-untouched", /"beforeExit"/, ListensOnce),
  "another fetch": broken("globals-untouched", /globalThis.fetch was replaced/, ReplacesFetch),
  "another http.request": broken("globals-untouched", /http.request was replaced/, PatchesHttp),
  "a vendor's global": broken("globals-untouched", /Symbol\(opentelemetry.js.api.1\)\] was added/, RegistersASdk),
  "an interval": broken("process-ends", /setInterval of 5000 ms, made at .*process\.ts:\d+/, TicksForEver),
  "an interval until shutdown": broken("process-ends", /open after flush\(\): setInterval/, TicksUntilShutdown),
  "a server": broken("process-ends", /left open after shutdown\(\): a server/, Listens),
};
