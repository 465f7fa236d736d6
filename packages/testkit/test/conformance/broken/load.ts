import { broken } from "./broken.ts";
import { PlainExporter } from "./plain-exporter.ts";

const CONTRACT = Symbol.for("charm.telemetry.contract");

class Fields {
  onRunStart = (): void => {};
  onRunEnd = (): void => {};
  onError = (): void => {};
  onToolStart = (): void => {};
  onToolEnd = (): void => {};
  onToolError = (): void => {};
  onLlmNewToken = (): void => {};
  onAgentAction = (): void => {};
}

class Incomplete {
  onRunStart(): void {}
  onRunEnd(): void {}
}

class Greedy extends PlainExporter {
  override onToolEnd(
    name: unknown,
    output: unknown,
    context: unknown,
    durationMs?: unknown,
  ): ReturnType<PlainExporter["onToolEnd"]> {
    return super.onToolEnd(name, output, context, durationMs);
  }
}

class FromTheFuture extends PlainExporter {}
Object.defineProperty(FromTheFuture.prototype, CONTRACT, { value: 2 });

class NeedsOptions extends PlainExporter {
  readonly url: URL;
  constructor(options: { url: string }) {
    super();
    this.url = new URL(options.url);
  }
}

class ReadsTooEarly extends PlainExporter {
  readonly url: URL = new URL(process.env["PLAIN_ENDPOINT"] ?? "");
}

class Throwing extends PlainExporter {
  override start(): void {
    if (process.env["PLAIN_KEY"] === undefined) throw new Error("PLAIN_KEY is missing");
  }
}

class Talkative extends PlainExporter {
  override start(): void {
    if (process.env["PLAIN_KEY"] === undefined) this.warn("There is no key.");
    super.start();
  }
}

class Unreasonable extends PlainExporter {
  override start(): void {
    if (process.env["PLAIN_KEY"] === undefined) this.disable("");
  }
}

class NeedsItsConnection extends PlainExporter {
  #connection: { send(): void } | undefined;
  override start(): void {
    super.start();
    if (process.env["PLAIN_KEY"] !== undefined) this.#connection = { send() {} };
  }
  override onRunStart(): ReturnType<PlainExporter["onRunStart"]> {
    (this.#connection as { send(): void }).send();
    return super.onRunStart();
  }
}

export const BROKEN_LOAD = {
  "an instance instead of a class": broken("class", /it is object/, new PlainExporter()),
  "a function that makes exporters": broken("class", /it is function/, () => new PlainExporter()),
  "hooks as fields": broken("methods", /lacks onRunStart, onRunEnd/, Fields),
  "two hooks of eight": broken("methods", /lacks onError, onToolStart, .*onAgentAction/, Incomplete),
  "a hook with an argument that nobody gives": broken("arity", /onToolEnd has at most 3.*it has 4/s, Greedy),
  "another version of the contract": broken("brand", /it is 2/, FromTheFuture),
  "a constructor that needs options": broken("construction", /cannot be made: TypeError/, NeedsOptions),
  "a constructor that needs a variable": broken("construction", /Invalid URL/, ReadsTooEarly),
  "a start that throws without its variable": broken("missing-configuration", /PLAIN_KEY is missing/, Throwing),
  "two warnings": broken("missing-configuration", /2 warnings: "no key.*There is no key/, Talkative),
  "no reason": broken("missing-configuration", /the reason is empty/, Unreasonable),
  "a hook that needs the connection": broken("unconfigured-hooks", /onRunStart failed: TypeError/, NeedsItsConnection),
};
