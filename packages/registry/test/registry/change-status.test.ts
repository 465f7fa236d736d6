import { describe, expect, it } from "vitest";
import { changeStatus } from "../../src/index.ts";
import { fileOf, textFile } from "../support/manifests.ts";

describe("changing the status of a manifest", () => {
  it("deprecates it where it is, with a reason", () => {
    const { path, text, findings } = changeStatus(fileOf("acme"), {
      state: "deprecated",
      reason: "Use zenith.",
      replaced_by: "zenith",
    });
    expect(path).toBe("registry/telemetry/manifests/acme.json");
    expect(findings).toEqual([]);
    expect(JSON.parse(text ?? "")).toMatchObject({
      id: "acme",
      status: { state: "deprecated", reason: "Use zenith.", replaced_by: "zenith" },
    });
  });

  it("makes a tombstone of what is removed, and a manifest of it again", () => {
    const gone = changeStatus(fileOf("acme"), { state: "removed", date: "2026-01-02" });
    expect(gone).toMatchObject({ path: "registry/telemetry/removed/acme.json", findings: [] });
    const back = changeStatus({ path: gone.path, bytes: Buffer.from(gone.text ?? "") }, { state: "active" });
    expect(back).toMatchObject({ path: "registry/telemetry/manifests/acme.json", findings: [] });
    expect(JSON.parse(back.text ?? "")).not.toHaveProperty("status");
  });

  it("moves files of a registry that is somewhere else within it", () => {
    const elsewhere = { ...fileOf("acme"), path: "there/manifests/acme.json" };
    expect(changeStatus(elsewhere, { state: "removed", date: "2026-01-02" }).path).toBe("there/removed/acme.json");
    const bare = { ...fileOf("acme"), path: "manifests/acme.json" };
    expect(changeStatus(bare, { state: "removed", date: "2026-01-02" }).path).toBe("removed/acme.json");
  });

  it("says what would be wrong with the file", () => {
    const { findings } = changeStatus(fileOf("acme"), { state: "deprecated", reason: "<b>old</b>" });
    expect(findings.map(({ rule }) => rule)).toEqual(["text-html"]);
  });

  it("leaves a file alone that cannot be read", () => {
    const { text, findings } = changeStatus(textFile("acme.json", '{"id": "a", "id": "b"}'), { state: "active" });
    expect(text).toBeUndefined();
    expect(findings.map(({ rule }) => rule)).toEqual(["duplicate-key"]);
  });
});
