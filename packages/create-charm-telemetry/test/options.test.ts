import { describe, expect, it } from "vitest";
import { parseFlags } from "../src/options.ts";

describe("parseFlags", () => {
  it.each([
    [["acme", "--id", "tide", "--yes"]],
    [["acme", "--", "--id", "tide", "--yes"]],
    [["--", "acme", "--id=tide", "-y"]],
    [["--id", "tide", "--yes", "--", "acme"]],
  ])("reads %j with and without --", (argv) => {
    expect(parseFlags(argv, {})).toEqual({ directory: "acme", texts: { id: "tide" }, switches: { yes: true } });
  });

  it("takes a switch back with --no-", () => {
    expect(parseFlags(["--no-install"], {}).switches).toEqual({ install: false });
  });

  it("reads what npm create has kept for itself", () => {
    const environment = {
      npm_command: "init",
      npm_config_language: "js",
      npm_config_yes: "true",
      npm_config_dry_run: "true",
      npm_config_git: "",
      npm_config_install: "false",
    };
    expect(parseFlags(["acme"], environment)).toEqual({
      directory: "acme",
      texts: { language: "js" },
      switches: { yes: true, "dry-run": true, git: true, install: false },
    });
  });

  it("listens to the command line before npm", () => {
    expect(parseFlags(["--language=ts"], { npm_command: "init", npm_config_language: "js" }).texts).toEqual({
      language: "ts",
    });
  });

  it("takes the yes of npx for npx's own", () => {
    expect(parseFlags(["acme"], { npm_command: "exec", npm_config_yes: "true" }).switches).toEqual({});
  });

  it("says what to do about a flag that npm has torn from its value", () => {
    const environment = { npm_command: "init", npm_config_id: "true" };
    expect(() => parseFlags(["acme", "tide"], environment)).toThrow(
      "npm has kept --id for itself (fix: npm create charm-telemetry <folder> -- --id <id>)",
    );
    expect(() => parseFlags(["acme"], environment)).toThrow("npm has kept --id for itself");
  });

  it.each([
    [["--bogus"], "Unknown option '--bogus'"],
    [["--id"], "Option '--id <value>' argument missing"],
    [["--yes=maybe"], "Option '-y, --yes' does not take an argument"],
    [["a", "b"], "one folder is enough; got a, b"],
  ])("refuses %j", (argv, message) => {
    expect(() => parseFlags(argv, {})).toThrow(message);
  });
});
