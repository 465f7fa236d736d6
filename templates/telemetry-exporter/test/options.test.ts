import { expect, it } from "vitest";
import { resolveOptions } from "../src/options.ts";

const ENVIRONMENT = { ACME_ENDPOINT: "https://acme.example/v1/spans", ACME_API_KEY: "a-key-for-tests" };

it("reads endpoint and key", () => {
  const options = resolveOptions(ENVIRONMENT);
  expect(options).toMatchObject({ endpoint: new URL("https://acme.example/v1/spans") });
  expect(JSON.stringify(options)).not.toContain("a-key-for-tests");
});

it("says of everything that is missing what to set", () => {
  expect(resolveOptions({})).toEqual({
    disabled:
      "no endpoint. Set ACME_ENDPOINT in the agent's environment. no API key. Set ACME_API_KEY in the agent's environment.",
  });
});

it.each([
  ["acme.example", "ACME_ENDPOINT is not a URL."],
  ["ftp://acme.example", "ACME_ENDPOINT is not a URL."],
  ["https://key@acme.example", "ACME_ENDPOINT holds a password."],
  ["http://acme.example", "ACME_ENDPOINT would send the key unencrypted to another machine."],
])("refuses the endpoint %s", (endpoint, problem) => {
  expect(resolveOptions({ ...ENVIRONMENT, ACME_ENDPOINT: endpoint })).toEqual({
    disabled: expect.stringContaining(problem),
  });
});

it("takes an unencrypted endpoint on this machine", () => {
  expect(resolveOptions({ ...ENVIRONMENT, ACME_ENDPOINT: "http://127.0.0.1:8080" })).toHaveProperty("endpoint");
});

it("refuses a key that cannot stand in a header, without showing it", () => {
  const resolved = resolveOptions({ ...ENVIRONMENT, ACME_API_KEY: "two\nlines" });
  expect(resolved).toEqual({ disabled: "ACME_API_KEY holds characters that no key has. Set it to the key alone." });
});
