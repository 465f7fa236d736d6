import { describe, expect, it } from "vitest";
import { charm, charmProcess, exporterSource, folderWith, installed, manifestText } from "../support/project.ts";

const PACKAGES = ["acme", "broken", "ending", "tides"].map((name) => `charm-telemetry-${name}`);
const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, "1"]));

function agent(...exporters: string[]): string {
  return folderWith({
    "package.json": { name: "agent", dependencies },
    "charm.yaml": manifestText(...exporters),
    ...installed("charm-telemetry-acme", "acme", `console.log("loud");\n${exporterSource("Exporter")}`),
    ...installed("charm-telemetry-broken", "broken", exporterSource("Exporter", "onToolEnd", "onError")),
    ...installed("charm-telemetry-ending", "ending", "process.exit(0);\nexport class Exporter {}\n"),
    ...installed("charm-telemetry-tides", "tides", 'throw new Error("not to be imported");\n'),
  });
}

describe("list", () => {
  it("shows what is listed in its order, then what else is installed", () => {
    expect(charmProcess(agent("broken", "acme", "ending", "datdog"), ["list"])).toEqual({
      code: 1,
      stdout: `exporter  package                 version  listed  state
broken    charm-telemetry-broken  1.2.3    yes     refused: the class lacks onError, onToolEnd
acme      charm-telemetry-acme    1.2.3    yes     ok
ending    charm-telemetry-ending  1.2.3    yes     refused: the process ended while it was tried (0)
datdog    -                       -        yes     not installed: Did you mean "datadog" (npm install @charm/telemetry-datadog)? Installed: acme, broken, ending, tides
tides     charm-telemetry-tides   1.2.3    no      off
`,
      stderr: "",
    });
  });

  it("ends with 0 where all that is listed can be loaded", () => {
    const { code, stdout } = charmProcess(agent("acme"), ["list", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      file: "charm.yaml",
      exporters: [
        { name: "acme", package: "charm-telemetry-acme", version: "1.2.3", listed: true, state: "ok" },
        { name: "broken", listed: false, state: "off" },
        { name: "ending", listed: false, state: "off" },
        { name: "tides", listed: false, state: "off" },
      ],
    });
  });

  it("refuses what cannot be made, and shows neither secrets nor what would move the cursor", () => {
    const source = exporterSource("Exporter").replace(
      "{",
      '{\n  constructor() { throw new Error("\\u001b[2Jrefused: " + process.env.TIDES_API_KEY); }',
    );
    const folder = folderWith({
      "package.json": { name: "agent", dependencies },
      "charm.yaml": manifestText("tides"),
      ...installed("charm-telemetry-tides", "tides", source),
    });
    const { code, stdout } = charmProcess(folder, ["list"], {
      environment: { TIDES_API_KEY: "canary-5f1c9e77d0" },
    });
    expect(stdout).toContain("refused: its constructor failed: \\u{1B}[2Jrefused: ");
    expect(stdout).not.toContain("canary");
    expect(code).toBe(1);
  });

  it("refuses a name that two packages provide", async () => {
    const folder = folderWith({
      "package.json": { name: "agent", dependencies },
      "charm.yaml": manifestText("acme"),
      ...installed("charm-telemetry-acme", "acme"),
      ...installed("charm-telemetry-tides", "acme"),
    });
    const { code, stdout } = await charm(folder, ["list", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      exporters: [
        {
          name: "acme",
          state: "refused",
          reason:
            'exporter "acme" is provided by two packages, charm-telemetry-acme@1.2.3 and charm-telemetry-tides@1.2.3; neither is loaded',
        },
      ],
    });
  });

  it("wraps the last column in a terminal", async () => {
    const folder = folderWith({ "package.json": {}, "charm.yaml": manifestText("datadg", "none-such") });
    const { stdout } = await charm(folder, ["list"], { columns: 80, environment: { NO_COLOR: "1" } });
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toContain("none-such  -        -        yes     not installed: Add the package");
  });

  it("ends with 1 where charm.yaml cannot be read, and nobody knows what it lists", async () => {
    const folder = folderWith({ "package.json": {}, "charm.yaml": "runtime: [\n" });
    const { code, stderr } = await charm(folder, ["list"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "charm.yaml has errors:  charm-telemetry validate\n" });
  });

  it("says so where there is nothing", async () => {
    const folder = folderWith({ "package.json": {}, "charm.yaml": manifestText() });
    expect(await charm(folder, ["list"])).toEqual({
      code: 0,
      stdout: "charm.yaml: no exporter is listed or installed; events go to stdout\n",
      stderr: "",
    });
    expect(await charm(folderWith({}), ["list"])).toMatchObject({ code: 2 });
  });
});
