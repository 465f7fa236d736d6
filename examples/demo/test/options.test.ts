import { describe, expect, it } from "vitest";
import { HELP, parseOptions } from "../src/options.ts";

describe("the options", () => {
  it("have defaults", () => {
    expect(parseOptions([])).toEqual({
      runs: 12,
      parallel: 4,
      pace: 1,
      fault: undefined,
      exporters: ["datadog", "langsmith", "sentry"],
      isJson: false,
      isHelp: false,
    });
  });

  it("are read, with or without the dashes that npm may hand over", () => {
    const args = ["--runs", "3", "--parallel=2", "--pace", "0.5", "--fault", "429", "--json"];
    expect(parseOptions(["--", ...args])).toEqual(parseOptions(args));
    expect(parseOptions(args)).toMatchObject({ runs: 3, parallel: 2, pace: 0.5, isJson: true, fault: { name: "429" } });
  });

  it.each([
    [["--runs", "0"], '--runs cannot be "0".'],
    [["--parallel", "two"], '--parallel cannot be "two".'],
    [["--pace", "-1"], "--pace"],
    [["--fault", "explode"], '--fault: there is no fault "explode".'],
    [["--exporters", "datadog,datdog"], '--exporters cannot be "datdog".'],
    [["--unknown"], "--unknown"],
    [["word"], "word"],
  ])("%j is refused with what is wrong", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it("are all explained", () => {
    for (const name of ["--fault", "--runs", "--parallel", "--pace", "--exporters", "--json", "--help"])
      expect(HELP).toContain(name);
  });
});
