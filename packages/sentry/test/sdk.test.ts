import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { loadSdk } from "../src/sdk.ts";

const require = createRequire(import.meta.url);

it("loads the parts of Sentry's SDK that it uses, and not the whole of it", async () => {
  const { identity, ...functions } = await loadSdk();
  const entry = require.resolve("@sentry/node");
  expect(Object.keys(require.cache)).not.toContain(entry);
  // They are what the packages export.
  const whole = { ...(require("@sentry/core") as object), ...(require("@sentry/node") as object) };
  expect(Object.keys(require.cache)).toContain(entry);
  expect(whole).toMatchObject({ ...functions, SDK_VERSION: identity.version });
});
