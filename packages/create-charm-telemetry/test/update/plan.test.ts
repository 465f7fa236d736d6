import { describe, expect, it } from "vitest";
import { planUpdate } from "../../src/update/plan.ts";
import type { Migration } from "../../src/migrations/migration.ts";

type Files = Readonly<Record<string, string>>;

function plan(ours: Files, base: Files, theirs: Files, migrations: readonly Migration[] = []): unknown {
  const { changes, writes, removals } = planUpdate(
    (path) => ours[path],
    new Map(Object.entries(base)),
    new Map(Object.entries(theirs)),
    migrations,
  );
  return { changes, writes: Object.fromEntries(writes), removals };
}

const NOTHING = { changes: [], writes: {}, removals: [] };
const LINES = "one\ntwo\nthree\nfour\nfive\n";

describe("planUpdate", () => {
  it.each<[string, Files, Files, Files]>([
    ["is as the template has it today", { a: "2" }, { a: "1" }, { a: "2" }],
    ["the template has not changed", { a: "mine" }, { a: "1" }, { a: "1" }],
    ["is nobody's but yours", { mine: "1" }, {}, {}],
    ["both have removed", {}, { a: "1" }, {}],
  ])("leaves a file alone that %s", (_, ours, base, theirs) => {
    expect(plan(ours, base, theirs)).toEqual(NOTHING);
  });

  it("creates what is new", () => {
    expect(plan({}, {}, { a: "1" })).toEqual({
      changes: [{ path: "a", kind: "created" }],
      writes: { a: "1" },
      removals: [],
    });
  });

  it("replaces what nobody has touched, and removes what is gone", () => {
    expect(plan({ a: "1", b: "1" }, { a: "1", b: "1" }, { a: "2" })).toEqual({
      changes: [
        { path: "a", kind: "updated" },
        { path: "b", kind: "removed" },
      ],
      writes: { a: "2" },
      removals: ["b"],
    });
  });

  it("merges what both have changed", () => {
    const ours = LINES.replace("one", "ONE");
    const theirs = LINES.replace("five", "FIVE");
    expect(plan({ a: ours }, { a: LINES }, { a: theirs })).toEqual({
      changes: [{ path: "a", kind: "merged" }],
      writes: { a: "ONE\ntwo\nthree\nfour\nFIVE\n" },
      removals: [],
    });
  });

  it("keeps yours where both have changed the same lines, and puts the template's beside it", () => {
    const ours = `zero\n${LINES.replace("three", "yours")}`;
    const theirs = LINES.replace("three", "theirs");
    expect(plan({ a: ours }, { a: LINES }, { a: theirs })).toEqual({
      changes: [{ path: "a", kind: "conflict", line: 4 }],
      writes: { "a.new": theirs },
      removals: [],
    });
  });

  it("does not write over a file of yours that the template has only now", () => {
    expect(plan({ a: "mine" }, {}, { a: "theirs" })).toEqual({
      changes: [{ path: "a", kind: "conflict", line: 1 }],
      writes: { "a.new": "theirs" },
      removals: [],
    });
  });

  it("keeps what you have removed removed, and what you have changed", () => {
    expect(plan({ b: "mine" }, { a: "1", b: "1" }, { a: "2" })).toEqual({
      changes: [
        { path: "a", kind: "kept", reason: "you have removed it" },
        { path: "b", kind: "kept", reason: "the template has it no longer, but you have changed it" },
      ],
      writes: {},
      removals: [],
    });
  });

  describe("by a migration", () => {
    const renamed: Migration[] = [{ to: 2, files: { old: "new" } }];

    it("moves a file with what you have changed in it", () => {
      const ours = LINES.replace("one", "ONE");
      const theirs = LINES.replace("five", "FIVE");
      expect(plan({ old: ours }, { old: LINES }, { new: theirs }, renamed)).toEqual({
        changes: [{ path: "new", kind: "moved", from: "old" }],
        writes: { new: "ONE\ntwo\nthree\nfour\nFIVE\n" },
        removals: ["old"],
      });
    });

    it("moves a file that contradicts the template, too", () => {
      expect(plan({ old: "mine" }, { old: "1" }, { new: "2" }, renamed)).toEqual({
        changes: [
          { path: "new", kind: "moved", from: "old" },
          { path: "new", kind: "conflict", line: 1 },
        ],
        writes: { new: "mine", "new.new": "2" },
        removals: ["old"],
      });
    });

    it("calls scripts by their new names, also those that you have changed", () => {
      const packageJson = (scripts: Files): Files => ({
        "package.json": `${JSON.stringify({ scripts }, undefined, 2)}\n`,
      });
      const { writes } = plan(
        packageJson({ "check:old": "mine", lint: "x" }),
        packageJson({ "check:old": "theirs", lint: "x" }),
        packageJson({ "check:new": "theirs", lint: "y" }),
        [{ to: 2, scripts: { "check:old": "check:new" } }],
      ) as { writes: Files };
      expect(writes).toEqual(packageJson({ "check:new": "mine", lint: "y" }));
    });

    it("gives scripts their new names where nothing else is new", () => {
      const packageJson = (scripts: Files): Files => ({
        "package.json": `${JSON.stringify({ scripts }, undefined, 2)}\n`,
      });
      const old = packageJson({ "check:old": "x" });
      const today = packageJson({ "check:new": "x" });
      expect(plan(old, old, today, [{ to: 2, scripts: { "check:old": "check:new" } }])).toEqual({
        changes: [{ path: "package.json", kind: "updated" }],
        writes: today,
        removals: [],
      });
    });

    it("follows a file through several of them", () => {
      const migrations = [
        { to: 2, files: { a: "b" } },
        { to: 3, files: { b: "c" } },
      ];
      expect(plan({ a: "mine" }, { a: "1" }, { c: "1" }, migrations)).toEqual({
        changes: [{ path: "c", kind: "moved", from: "a" }],
        writes: { c: "mine" },
        removals: ["a"],
      });
    });
  });
});
