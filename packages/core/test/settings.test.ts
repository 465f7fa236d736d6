import { describe, expect, it } from "vitest";
import { formatProblem } from "../src/errors.ts";
import { resolveSettings, SETTINGS_DEFAULTS } from "../src/settings.ts";

describe("resolveSettings", () => {
  it("has a default for everything", () => {
    expect(resolveSettings({})).toEqual({ settings: SETTINGS_DEFAULTS, problems: [] });
    expect(
      resolveSettings({ CHARM_TELEMETRY_STDOUT: "", CHARM_TELEMETRY_SHUTDOWN_MS: "  ", CHARM_RUN_ID: " " }),
    ).toEqual({
      settings: SETTINGS_DEFAULTS,
      problems: [],
    });
  });

  it.each([
    ["CHARM_TELEMETRY_STDOUT", "full", { stdout: "full" }],
    ["CHARM_TELEMETRY_STDOUT", " Pretty ", { stdout: "pretty" }],
    ["CHARM_TELEMETRY_STDOUT_BUFFER", "65536", { stdoutBufferBytes: 65_536 }],
    ["CHARM_TELEMETRY_STDOUT_MAX_LINE", "4096", { stdoutMaxLineBytes: 4096 }],
    ["CHARM_TELEMETRY_SHUTDOWN_MS", "0", { shutdownMs: 0 }],
    ["CHARM_TELEMETRY_SHUTDOWN_MS", "600000", { shutdownMs: 600_000 }],
    ["CHARM_TELEMETRY_SIGNALS", "off", { signals: false }],
    ["CHARM_TELEMETRY_SIGNALS", "YES", { signals: true }],
    ["CHARM_TELEMETRY_ISOLATION", "worker", { isolation: "worker" }],
    ["CHARM_TELEMETRY_ISOLATION", "inline", { isolation: "inline" }],
    ["CHARM_TELEMETRY_CAPTURE_CONTENT", "false", { captureContent: false }],
    ["CHARM_TELEMETRY_CAPTURE_CONTENT", "1", { captureContent: true }],
    ["CHARM_TELEMETRY_CAPTURE_CONTENT", "datadog, sentry,", { captureContent: ["datadog", "sentry"] }],
    ["CHARM_TELEMETRY_DEBUG", "1", { debug: true }],
    ["CHARM_RUN_ID", " run-1 ", { runId: "run-1" }],
  ])("reads %s=%j", (name, value, expected) => {
    expect(resolveSettings({ [name]: value })).toEqual({
      settings: { ...SETTINGS_DEFAULTS, ...expected },
      problems: [],
    });
  });

  it.each([
    ["CHARM_TELEMETRY_STDOUT", "loud", "lines is used. Set it to lines, full or pretty."],
    ["CHARM_TELEMETRY_STDOUT_BUFFER", "65535", "8388608 is used. Set it to a number of bytes, 65536 or more."],
    ["CHARM_TELEMETRY_STDOUT_BUFFER", "8MB", "8388608 is used. Set it to a number of bytes, 65536 or more."],
    ["CHARM_TELEMETRY_STDOUT_MAX_LINE", "100", "1048576 is used. Set it to a number of bytes, 4096 or more."],
    ["CHARM_TELEMETRY_SHUTDOWN_MS", "-1", "2000 is used."],
    ["CHARM_TELEMETRY_SHUTDOWN_MS", "2.5", "2000 is used."],
    ["CHARM_TELEMETRY_SHUTDOWN_MS", "2s", "2000 is used."],
    ["CHARM_TELEMETRY_SHUTDOWN_MS", "99999999999", "a number of milliseconds, 600000 (ten minutes) at most."],
    ["CHARM_TELEMETRY_SIGNALS", "maybe", "true is used. Set it to on or off."],
    ["CHARM_TELEMETRY_ISOLATION", "none", "auto is used. Set it to auto, worker or inline."],
    ["CHARM_TELEMETRY_DEBUG", "verbose", "false is used. Set it to 1 or 0."],
  ])("uses the default for %s=%j and says so, without the value", (name, value, message) => {
    const { settings, problems } = resolveSettings({ [name]: value });
    expect(settings).toEqual(SETTINGS_DEFAULTS);
    expect(problems).toHaveLength(1);
    const text = problems.map(formatProblem).join();
    expect(text).toContain(`${name}  `);
    expect(text).toContain(message);
  });

  it("reports all that is wrong together", () => {
    const { problems } = resolveSettings({ CHARM_TELEMETRY_STDOUT: "x", CHARM_TELEMETRY_ISOLATION: "y" });
    expect(problems.map(({ where }) => where)).toEqual(["CHARM_TELEMETRY_STDOUT", "CHARM_TELEMETRY_ISOLATION"]);
  });
});
