import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { ROOT } from "./support/repository.ts";

it("has a reference of the contract that says what the source says", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/contract-reference.mjs", "--check"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
