import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const BUILT = new URL("../../dist/kit/", import.meta.url);

it("the kit loads no HTTP client before somebody opens connections", () => {
  const hook =
    'export const resolve = (name, context, next) => name === "undici" ? Promise.reject(Error("undici!")) : next(name, context);';
  const code = `
    import { register } from "node:module";
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});
    await import(${JSON.stringify(new URL("index.js", BUILT).href)});
    console.log("loaded");
    const { openConnections } = await import(${JSON.stringify(new URL("connections.js", BUILT).href)});
    await openConnections({ url: new URL("http://localhost"), environment: {} }).catch(({ message }) => console.log(message));`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(printed).toBe("loaded\nundici!\n");
});
