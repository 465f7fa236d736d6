import { TelemetryError } from "./errors.ts";

/** What `CHARM_TELEMETRY_*` variables say. */
export interface Settings {
  /** `lines`: upstream's fields alone. `full`: ids, order and times too. `pretty`: for people. */
  readonly stdout: "lines" | "full" | "pretty";
  /** Bytes of lines that wait for a slow reader; beyond it lines are dropped, the least important first. */
  readonly stdoutBufferBytes: number;
  /** Bytes of the longest line that may be written for an event that cannot be split. */
  readonly stdoutMaxLineBytes: number;
  /** Milliseconds that the end of the process may wait for delivery. */
  readonly shutdownMs: number;
  readonly signals: boolean;
  readonly isolation: "auto" | "worker" | "inline";
  /** Exporters that are given inputs, outputs and messages. */
  readonly captureContent: true | false | readonly string[];
  readonly debug: boolean;
  /** Id of the first run of the process. */
  readonly runId: string | undefined;
}

export const SETTINGS_DEFAULTS: Settings = {
  stdout: "lines",
  stdoutBufferBytes: 8 * 1024 * 1024,
  stdoutMaxLineBytes: 1024 * 1024,
  shutdownMs: 2000,
  signals: true,
  isolation: "auto",
  captureContent: true,
  debug: false,
  runId: undefined,
};

/**
 * Reads the settings. A wrong value never stops an agent: its default is used and the problem is returned.
 */
export function resolveSettings(environment: NodeJS.ProcessEnv): { settings: Settings; problems: TelemetryError[] } {
  const problems: TelemetryError[] = [];

  const read = <Value>(
    name: string,
    fallback: Value,
    accepted: string,
    parse: (text: string) => Value | undefined,
  ): Value => {
    const text = environment[name]?.trim();
    if (text === undefined || text === "") return fallback;
    const value = parse(text);
    if (value !== undefined) return value;
    problems.push(
      new TelemetryError("INVALID_OPTION", `has a value that is not understood; ${String(fallback)} is used.`, {
        where: name,
        fix: `Set it to ${accepted}.`,
      }),
    );
    return fallback;
  };
  const oneOf =
    <Value extends string>(...values: Value[]) =>
    (text: string): Value | undefined =>
      values.find((value) => value === text.toLowerCase());
  const number =
    (minimum: number, maximum = Number.MAX_SAFE_INTEGER) =>
    (text: string): number | undefined =>
      /^\d{1,12}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum ? Number(text) : undefined;
  const isOn = (text: string): boolean | undefined =>
    /^(1|true|on|yes)$/i.test(text) ? true : /^(0|false|off|no)$/i.test(text) ? false : undefined;

  const settings: Settings = {
    stdout: read<Settings["stdout"]>(
      "CHARM_TELEMETRY_STDOUT",
      SETTINGS_DEFAULTS.stdout,
      "lines, full or pretty",
      oneOf("lines", "full", "pretty"),
    ),
    stdoutBufferBytes: read<number>(
      "CHARM_TELEMETRY_STDOUT_BUFFER",
      SETTINGS_DEFAULTS.stdoutBufferBytes,
      "a number of bytes, 65536 or more",
      number(65_536),
    ),
    stdoutMaxLineBytes: read<number>(
      "CHARM_TELEMETRY_STDOUT_MAX_LINE",
      SETTINGS_DEFAULTS.stdoutMaxLineBytes,
      "a number of bytes, 4096 or more",
      number(4096),
    ),
    shutdownMs: read<number>(
      "CHARM_TELEMETRY_SHUTDOWN_MS",
      SETTINGS_DEFAULTS.shutdownMs,
      // Longer than 24 days would not fit a timer, which then fires at once.
      "a number of milliseconds, 600000 (ten minutes) at most",
      number(0, 600_000),
    ),
    signals: read<boolean>("CHARM_TELEMETRY_SIGNALS", SETTINGS_DEFAULTS.signals, "on or off", isOn),
    isolation: read<Settings["isolation"]>(
      "CHARM_TELEMETRY_ISOLATION",
      SETTINGS_DEFAULTS.isolation,
      "auto, worker or inline",
      oneOf("auto", "worker", "inline"),
    ),
    captureContent: read<Settings["captureContent"]>(
      "CHARM_TELEMETRY_CAPTURE_CONTENT",
      SETTINGS_DEFAULTS.captureContent,
      "true, false or names of exporters",
      (text) =>
        isOn(text) ??
        text
          .split(",")
          .map((name) => name.trim())
          .filter(Boolean),
    ),
    debug: read<boolean>("CHARM_TELEMETRY_DEBUG", SETTINGS_DEFAULTS.debug, "1 or 0", isOn),
    runId: environment["CHARM_RUN_ID"]?.trim() || undefined,
  };
  return { settings, problems };
}
