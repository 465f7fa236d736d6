import { afterEach, describe, expect, it, vi } from "vitest";
import { ProcessSecrets } from "../src/process-secrets.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the secrets of a process", () => {
  it("are read again, and say whether they have changed", () => {
    vi.stubEnv("ROTATING_KEY", "canary-first");
    const secrets = new ProcessSecrets([]);
    expect(secrets.read()).toBe(false);
    vi.stubEnv("ROTATING_KEY", "canary-second");
    expect(secrets.read()).toBe(true);
    expect(secrets.read()).toBe(false);
    expect(secrets.masker.mask("canary-second")).toBe("[ROTATING_KEY_REDACTED]");
  });

  it("remain secret when their variable gets another value, or is taken away", () => {
    vi.stubEnv("ROTATING_KEY", "canary-first");
    const secrets = new ProcessSecrets([]);
    vi.stubEnv("ROTATING_KEY", "canary-second");
    secrets.read();
    vi.stubEnv("ROTATING_KEY", undefined);
    secrets.read();
    expect(secrets.masker.mask("canary-first, canary-second")).toBe("[ROTATING_KEY_REDACTED], [ROTATING_KEY_REDACTED]");
  });

  it("are forgotten, the oldest first, when there have been many", () => {
    vi.stubEnv("STABLE_KEY", "canary-stable");
    const secrets = new ProcessSecrets([]);
    for (let time = 0; time < 100; time++) {
      vi.stubEnv("ROTATING_KEY", `canary-${time}-of-many`);
      secrets.read();
    }
    expect(secrets.masker.mask("canary-99-of-many canary-80-of-many canary-stable")).toBe(
      "[ROTATING_KEY_REDACTED] [ROTATING_KEY_REDACTED] [STABLE_KEY_REDACTED]",
    );
    expect(secrets.masker.mask("canary-1-of-many")).toBe("canary-1-of-many");
  });
});
