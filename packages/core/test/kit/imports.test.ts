import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

const BUILT = new URL("../../dist/kit/", import.meta.url);

const HOOK =
  'export const resolve = (name, context, next) => name === "undici" ? Promise.reject(Error("undici!")) : next(name, context);';
const WITHOUT_UNDICI = `data:text/javascript,${encodeURIComponent(HOOK)}`;

it("the kit loads no HTTP client before somebody opens connections", () => {
  const code = `
    import { register } from "node:module";
    register(${JSON.stringify(WITHOUT_UNDICI)});
    await import(${JSON.stringify(new URL("index.js", BUILT).href)});
    console.log("loaded");
    const { openConnections } = await import(${JSON.stringify(new URL("connections.js", BUILT).href)});
    await openConnections({ url: new URL("http://localhost"), environment: {} }).catch(({ message }) => console.log(message));`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(printed).toBe("loaded\nundici!\n");
});

it("an HTTP client that cannot be loaded fails what is sent, and not the process", () => {
  const code = `
    import { register } from "node:module";
    register(${JSON.stringify(WITHOUT_UNDICI)});
    const { HttpSender, Secret } = await import(${JSON.stringify(new URL("index.js", BUILT).href)});
    const sender = new HttpSender({
      url: new URL("http://localhost"),
      credential: { header: "x-key", key: new Secret("0123456789", "KEY"), advice: "" },
      envelope: { open: "[", separator: ",", close: "]" },
      environment: {},
    });
    await import("undici").catch(() => {});
    await new Promise(setImmediate);
    await sender.send(["1"], new AbortController().signal).catch(({ message }) => console.log(message));
    await sender.close();
    console.log("closed");`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
  expect(printed).toBe("undici!\nclosed\n");
});
