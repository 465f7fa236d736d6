import { expect, it } from "vitest";
import { addCommand } from "../src/package-manager.ts";

it("has its own way to add a package", () => {
  expect(addCommand("npm", "acme")).toBe("npm install acme");
  expect(addCommand("yarn", "acme", { isDev: true })).toBe("yarn add -D acme");
  expect(addCommand("bun", "acme", { isDev: true })).toBe("bun add -d acme");
});
