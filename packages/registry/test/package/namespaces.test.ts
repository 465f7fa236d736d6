import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { packageTarball } from "./make-tarball.ts";
import { exporterFiles, exporterModule } from "./strangers.ts";

const PACKAGE = new URL("../../dist/package/index.js", import.meta.url);

it("runs nothing of a package where there can be no sandbox, and says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "no-sandbox-"));
  const ran = join(folder, "ran");
  const before = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(ran)}, "");`;
  writeFileSync(join(folder, "package.tgz"), packageTarball(exporterFiles(exporterModule({ before }))));
  writeFileSync(
    join(folder, "check.mjs"),
    `import { describePackage, factsOfPackage, openTarball } from ${JSON.stringify(PACKAGE.href)};
    import { existsSync } from "node:fs";
    const { files } = await openTarball(${JSON.stringify(join(folder, "package.tgz"))});
    const { problems } = await factsOfPackage(describePackage(files));
    console.log(JSON.stringify({ problems, ran: existsSync(${JSON.stringify(ran)}) }));`,
  );
  // As on systems that let nobody but root make namespaces.
  const script = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"';
  const command = ["--user", "--map-root-user", "sh", "-c", script, "sh", process.execPath, join(folder, "check.mjs")];
  const { stdout } = await promisify(execFile)("unshare", command);
  rmSync(folder, { recursive: true });
  expect(JSON.parse(stdout)).toEqual({
    ran: false,
    problems: [
      {
        rule: "sandbox-missing",
        message: expect.stringMatching(/^there is no sandbox here: unshare: /) as string,
      },
    ],
  });
});
