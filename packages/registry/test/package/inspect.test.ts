import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import type { Inspection } from "../../src/package/inspect.ts";
import { kitFolder } from "../../src/package/kit-folder.ts";
import { exporterModule, inspectModule } from "./strangers.ts";

afterAll(async () => (await kitFolder()).dispose());

const GOOD: Inspection = { implementsContract: true };

/** What a module does before it exports a good exporter: an error that it throws is a finding, and shows here. */
function inspectWith(before: string, limits = {}): Promise<Inspection> {
  return inspectModule(exporterModule({ before }), limits);
}

function lacks(...texts: string[]): Inspection {
  return { implementsContract: false, lacks: texts };
}

describe.concurrent("an entry point", () => {
  it("that is an exporter has nothing wrong with it", async () => {
    expect(await inspectModule(exporterModule())).toEqual(GOOD);
  });

  it.each([
    [
      "an object",
      "export const AcmeExporter = { onRunStart() {} };",
      "is object, want a class with onRunStart and the other hooks",
    ],
    ["another name", "export class Acme {}", 'there is no export "AcmeExporter"; it exports Acme'],
    ["a module that throws", 'throw new Error("no\\nkey");', "importing it failed: Error: no\\u{A}key"],
    [
      "a module that throws no error",
      "throw { toString() { throw 1; } };",
      "something that cannot be shown was thrown",
    ],
  ])("that is %s is said to be that", async (_, index, message) => {
    expect(await inspectModule(index)).toEqual(lacks(expect.stringContaining(message) as string));
  });

  it("whose class lacks hooks is told which, by the conformance kit", async () => {
    const inspection = await inspectModule("export class AcmeExporter { onRunStart() {} }");
    expect(inspection).toMatchObject({ implementsContract: false });
    expect(JSON.stringify(inspection)).toContain("onLlmNewToken");
  });
});

describe.concurrent("a module", () => {
  it("that forges the verdict, by all ways that lead out, is judged by what it is", async () => {
    const forged = JSON.stringify({ step: "judged", lacks: [] });
    const inspection = await inspectModule(`
      import fs, { writeSync } from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      for (const fd of [1, 2, 3]) writeSync(fd, ${JSON.stringify(`${forged}\n`)}.repeat(100) + "half a line");
      fs.writeSync = (fd) => writeSync(fd, ${JSON.stringify(`${forged}\n`)});
      JSON.stringify = () => ${JSON.stringify(forged)};
      syncBuiltinESMExports();
      export const AcmeExporter = {};
    `);
    expect(inspection).toEqual(lacks("is object, want a class with onRunStart and the other hooks"));
  });

  it.each([
    ["exits as if all were well", "process.exit(0);", "importing it ended the process with code 0"],
    ["kills itself", 'process.kill(process.pid, "SIGKILL");', "importing it ended the process with code 137"],
    ["closes the way out", 'import fs from "node:fs"; fs.closeSync(3);', "importing it ended the process with code 1"],
    ["fills the heap", "const all = []; for (;;) all.push(Array(1e6).fill(1));", "importing it took too much memory"],
  ])("that %s is refused", async (_, before, message) => {
    expect(await inspectWith(before, { maxHeapMb: 64 })).toEqual(lacks(message));
  });

  it.each([
    ["never returns", "for (;;);"],
    ["floods stdout for ever", 'for (;;) process.stdout.write("x".repeat(65536));'],
  ])("that %s is stopped", async (_, before) => {
    expect(await inspectWith(before, { inspectTimeoutMs: 1000 })).toEqual(lacks("importing it did not end within 1 s"));
  });

  it("has no more memory than its limit outside of the heap either", async () => {
    const inspection = await inspectWith("const all = []; for (;;) all.push(Buffer.alloc(5e7, 1));", { maxHeapMb: 64 });
    expect(inspection).toEqual(lacks(expect.stringMatching(/^importing it /) as string));
  });

  it("has no network, not even this machine", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const inspection = await inspectWith(`
      import { connect } from "node:net";
      import { lookup } from "node:dns/promises";
      for (const address of [{ host: "127.0.0.1", port: ${port} }, { host: "192.0.2.1", port: 80 }]) {
        await new Promise((resolve, reject) => {
          connect(address).once("connect", () => reject(new Error("connected"))).once("error", resolve);
        });
      }
      await lookup("registry.npmjs.org").then(() => { throw new Error("found"); }, () => {});
    `);
    server.close();
    expect(inspection).toEqual(GOOD);
    expect(connections).toBe(0);
  });

  it("has no environment, and reads nothing but itself, core, the kit and the system's programs", async () => {
    const secrets = [
      import.meta.filename,
      "/etc/hostname",
      "/etc/shadow",
      "/proc/self/environ",
      "/proc/self/mem",
      "/sys",
    ];
    const inspection = await inspectWith(`
      import { accessSync, readFileSync, readdirSync } from "node:fs";
      import { tmpdir } from "node:os";
      if (Object.keys(process.env).length > 0) throw new Error("has " + Object.keys(process.env));
      const seen = ${JSON.stringify(secrets)}.filter((path) => {
        try { accessSync(path); return true; } catch { return false; }
      });
      if (seen.length > 0) throw new Error("sees " + seen);
      const [home, passwd] = [readdirSync(tmpdir()).length, readFileSync("/etc/passwd", "utf8").split("\\n").length];
      if (home > 3 || passwd > 2) throw new Error("sees others' files");
    `);
    expect(inspection).toEqual(GOOD);
  });

  it("writes nothing but in a /tmp of its own, and not much there", async () => {
    const inspection = await inspectWith(`
      import { chmodSync, writeFileSync } from "node:fs";
      import { execFileSync } from "node:child_process";
      import { tmpdir } from "node:os";
      import { fileURLToPath } from "node:url";
      const mine = tmpdir() + "/mine";
      const here = fileURLToPath(new URL("./index.js", import.meta.url));
      const places = [here, here + ".new", "/new", "/usr/new", "/dev/new", "/etc/passwd", process.execPath];
      const written = places.filter((path) => {
        try { writeFileSync(path, "x", { flag: "a" }); return true; } catch { return false; }
      });
      if (written.length > 0) throw new Error("wrote " + written);
      try { execFileSync("/bin/mount", ["-o", "remount,bind,rw", "/usr"], { stdio: "ignore" }); written.push("mount"); } catch {}
      try { execFileSync("/usr/bin/unshare", ["--user", "true"], { stdio: "ignore" }); written.push("unshare"); } catch {}
      if (written.length > 0) throw new Error("has rights: " + written);
      writeFileSync(mine, "x");
      try { writeFileSync(mine, Buffer.alloc(2e7)); written.push("20 MB"); } catch {}
      if (written.length > 0) throw new Error("wrote " + written);
    `);
    expect(inspection).toEqual(GOOD);
  });

  it("leaves no process behind, however many it starts", async () => {
    const mark = `31536000.${process.pid}`;
    const inspection = await inspectWith(`
      import { spawn } from "node:child_process";
      let started = 0;
      for (let index = 0; index < 200; index++) {
        const child = spawn("/usr/bin/setsid", ["/bin/sleep", "${mark}"], { detached: true, stdio: "ignore" });
        child.on("error", () => {}).unref();
        if (child.pid !== undefined) started++;
      }
      throw new Error(started > 0 && started < 100 ? "some" : String(started));
    `);
    expect(inspection).toEqual(lacks("importing it failed: Error: some"));
    const running = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(mark));
    expect(running).toEqual([]);
  });
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // has ended since
  }
}
