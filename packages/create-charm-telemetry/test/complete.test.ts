import { describe, expect, it } from "vitest";
import { completeAnswers, idOf, problemWith } from "../src/complete.ts";
import type { Question } from "../src/complete.ts";
import type { Surroundings } from "../src/surroundings.ts";

const NOWHERE: Surroundings = { author: undefined, account: undefined, repository: undefined, year: 2026 };

describe("completeAnswers", () => {
  it("takes what is likely for all that nobody has said", () => {
    expect(completeAnswers({ id: "tide-log" }, { name: "npm" }, NOWHERE)).toEqual({
      id: "tide-log",
      package: "charm-telemetry-tide-log",
      name: "Tide Log",
      description: "Sends the runs of Charm agents to Tide Log.",
      author: "The authors of charm-telemetry-tide-log",
      license: "MIT",
      repository: "https://github.com/tide-log/charm-telemetry-tide-log",
      language: "ts",
      packageManager: { name: "npm" },
      year: 2026,
    });
  });

  it("knows the person and the repository from git", () => {
    const at = { ...NOWHERE, author: "Ada Harbour", account: "ada" };
    expect(completeAnswers({ id: "tide" }, { name: "npm" }, at)).toMatchObject({
      author: "Ada Harbour",
      repository: "https://github.com/ada/charm-telemetry-tide",
    });
    const repository = "https://github.com/harbour/exporter";
    expect(completeAnswers({ id: "tide" }, { name: "npm" }, { ...at, repository })).toMatchObject({ repository });
  });

  it.each<[string, Partial<Surroundings>]>([
    ["a name with an address", { author: "Ada <ada@harbour.example>" }],
    ["a single letter", { author: "A" }],
    ["an account that is none", { account: "ada harbour" }],
    ["a repository that is none", { repository: "https://github.com/../x" }],
  ])("passes over %s in git, which nobody has answered with", (_, known) => {
    const at = { ...NOWHERE, ...known };
    expect(completeAnswers({ id: "tide" }, { name: "npm" }, at)).toEqual(
      completeAnswers({ id: "tide" }, { name: "npm" }, NOWHERE),
    );
  });

  it("says which flag is wrong", () => {
    expect(() => completeAnswers({ id: "tide", name: "<b>Tide" }, { name: "npm" }, NOWHERE)).toThrow(/^--name: "<b"/);
  });

  it("makes the repository of a package in a scope", () => {
    expect(completeAnswers({ id: "tide", package: "@harbour/tide" }, { name: "npm" }, NOWHERE)).toMatchObject({
      repository: "https://github.com/tide/tide",
    });
  });

  it.each([
    [{ id: "Foo" }, "id-format"],
    [{ id: "datadog" }, "id-reserved"],
    [{ id: "dataddog" }, "id-similar"],
    [{ id: "tide", package: "tide" }, "npm-name"],
    [{ id: "tide", name: "x".repeat(61) }, "text-length"],
    [{ id: "tide", description: "two\nlines of it" }, "text-line"],
    [{ id: "tide", author: "D\u0430tadog" }, "text-mixed-script"],
    [{ id: "tide", license: "Apache 2" }, "license-spdx"],
    [{ id: "tide", repository: "http://github.com/a/b" }, "github-url"],
    [{ id: "tide", language: "py" }, "language-unknown"],
  ])("refuses %j as %s", (texts, rule) => {
    expect(() => completeAnswers(texts, { name: "npm" }, NOWHERE)).toThrow(
      expect.objectContaining({ rule, exitCode: 2 }),
    );
  });
});

describe("idOf", () => {
  it.each([
    ["acme", "acme"],
    ["charm-telemetry-acme", "acme"],
  ])("%s is %s", (folder, id) => {
    expect(idOf(folder)).toBe(id);
  });

  it("writes the folder in its example as it was given, for a shell", () => {
    expect(() => idOf("Tide Log", "../Tide Log")).toThrow("npm create charm-telemetry '../Tide Log' -- --id acme");
  });

  it.each(["Acme", "9", "charm-telemetry-", "con", "charm-telemetry-sentry"])(
    "asks for the flag where %s gives none",
    (folder) => {
      expect(() => idOf(folder)).toThrow(
        `--id (example: npm create charm-telemetry ${folder} -- --id acme); the folder's name gives none: `,
      );
    },
  );
});

describe("problemWith", () => {
  it.each<[Question, string, string]>([
    ["id", "Foo", 'not an id; got "Foo"; want lower-case letters'],
    ["name", "<img src=x>", "<img"],
    ["language", "py", "want ts or js"],
  ])("says of the %s %s: %s", (question, text, problem) => {
    expect(problemWith(question, text)).toContain(problem);
  });

  it("says nothing of a good answer", () => {
    expect(problemWith("id", "acme")).toBeUndefined();
    expect(problemWith("license", "MIT OR Apache-2.0")).toBeUndefined();
  });
});
