import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { entryPoints, publishablePackages, readJson, readText, workspacePackages } from "./support/repository.ts";
import type { PackageJson } from "./support/repository.ts";

const root = readJson("package.json") as { license: string; engines: object };

it("finds the packages", () => {
  expect(publishablePackages().map(({ packageJson }) => packageJson.name)).toEqual(
    expect.arrayContaining(["@charm/telemetry-core", "@charm/telemetry-datadog"]),
  );
});

describe.each(publishablePackages().map((each) => [each.packageJson.name, each] as const))("%s", (name, each) => {
  const { path, folder, packageJson } = each;
  // Every agent imports core when it starts, and Node takes its time for each file.
  const isBundled = name === "@charm/telemetry-core";

  it("says what it is, whose it is and where it comes from", () => {
    expect(packageJson).toMatchObject({
      name: expect.stringMatching(/^(?:@charm\/telemetry-[a-z-]+|create-charm-telemetry)$/),
      description: expect.stringMatching(/^\S.{20,}\.$/),
      keywords: expect.arrayContaining(["charm", "telemetry"]),
      homepage: expect.stringMatching(/^https:\/\/github\.com\/.*#readme$/),
      license: root.license,
      repository: { type: "git", url: expect.stringMatching(/^git\+https:\/\/github\.com\/.*\.git$/), directory: path },
      engines: root.engines,
      type: "module",
    });
    expect(readText(`${path}/LICENSE`)).toBe(readText("LICENSE"));
  });

  it("has a README that begins with its name, says how to install it and knows all its entry points", () => {
    const readme = readText(`${path}/README.md`);
    expect(readme).toMatch(new RegExp(`^# ${name}\\n`));
    expect(readme).toMatch(/\bnpm (?:install|create) /);
    for (const { subpath } of entryPoints(each)) expect(readme).toContain(name + subpath.slice(1));
  });

  it("publishes what was built and its source, in public", () => {
    const built = isBundled ? ["dist/bundle", "dist/**/*.d.ts"] : ["dist", "!dist/.tsbuildinfo"];
    expect(packageJson["files"]).toEqual(expect.arrayContaining([...built, "src"]));
    expect(packageJson.publishConfig?.access).toBe("public");
    expect(packageJson).not.toHaveProperty("main");
    expect(packageJson).not.toHaveProperty("module");
    expect(packageJson).not.toHaveProperty("types");
  });

  it("has no scripts that run at people who install it", () => {
    expect(Object.keys(packageJson["scripts"] as object)).toEqual(
      expect.arrayContaining(["build", "typecheck", "lint"]),
    );
    expect(
      Object.keys(packageJson["scripts"] as object).filter((script) => /install|prepare|pack/.test(script)),
    ).toEqual([]);
  });

  it("exports what it publishes, but for the condition that leads to the source and the bundle", () => {
    const published = Object.fromEntries(
      Object.entries(packageJson.exports ?? {}).map(([subpath, target]) => {
        if (typeof target === "string") return [subpath, target];
        const { "@charm/source": _, ...rest } = target;
        return [subpath, isBundled ? { ...rest, default: rest.default?.replace("/dist/", "/dist/bundle/") } : rest];
      }),
    );
    expect(packageJson.publishConfig?.exports).toEqual(published);
    expect(packageJson.exports?.["./package.json"]).toBe("./package.json");
  });

  it.each(entryPoints(each))("has source, types and code of $subpath at one place", ({ subpath, source, built }) => {
    expect(existsSync(join(folder, source))).toBe(true);
    expect(source).toMatch(/^\.\/src\/.*\.ts$/);
    const target = packageJson.exports?.[subpath];
    const expected = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
    expect(target).toEqual({ "@charm/source": source, types: `${expected}.d.ts`, default: `${expected}.js` });
    expect(built).toBe(`${expected}.js`);
  });

  it("declares side effects of the zero-code entry alone", () => {
    const expected = isBundled ? ["./dist/auto.js", "./dist/bundle/auto.js", "./src/auto.ts"] : false;
    expect(packageJson.sideEffects).toEqual(expected);
  });

  it("keeps dependencies pinned or from this workspace", () => {
    for (const [dependency, range] of Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies }))
      expect(`${dependency} ${range}`).toMatch(/ (?:catalog:|workspace:\^|(?:npm:[\w@/-]+@)?\d+\.\d+\.\d+)$/);
  });

  it("leaves core to the agent when it is an exporter", () => {
    const isExporter = "charm" in packageJson;
    expect(packageJson.peerDependencies?.["@charm/telemetry-core"]).toBe(
      isExporter || name.endsWith("testkit") ? "workspace:0.x" : undefined,
    );
    if (!isExporter) return;
    expect(packageJson.dependencies ?? {}).not.toHaveProperty("@charm/telemetry-core");
    const { telemetry } = packageJson["charm"] as { telemetry: Record<string, string> };
    expect(telemetry).toEqual({
      [name.replace("@charm/telemetry-", "")]: expect.stringMatching(/^\.\/dist\/index\.js#\w+Exporter$/),
    });
  });
});

it("gives core one dependency and one that is in its bundle, each with its reason in the decisions", () => {
  const core = publishablePackages().find(({ path }) => path === "packages/core");
  expect(Object.keys(core?.packageJson.dependencies ?? {})).toEqual(["undici"]);
  for (const name of ["undici", "yaml"]) expect(readText("docs/decisions.md")).toContain(`\`${name}\``);
});

it("has every member in the root's tsconfig, with its tests", () => {
  const { references } = readJson("tsconfig.json") as { references: { path: string }[] };
  const wanted = workspacePackages().flatMap(({ path, folder }) =>
    ["tsconfig.json", "tsconfig.test.json"]
      .filter((file) => existsSync(join(folder, file)))
      .map((file) => (file === "tsconfig.json" ? path : `${path}/${file}`)),
  );
  const listed = references.map((reference) => reference.path);
  expect(listed.filter((path) => !/^(?:test\/|tsconfig\.)/.test(path)).toSorted()).toEqual(wanted.toSorted());
  expect(listed).toEqual(expect.arrayContaining(["tsconfig.test.json", "test/tsconfig.json"]));
});

const compiled = workspacePackages().filter(({ folder }) => existsSync(join(folder, "tsconfig.json")));

it.each(compiled.map((each) => [each.path, each] as const))(
  "builds what %s is made of before it",
  (path, { folder, packageJson }) => {
    const members = new Map(compiled.map((each) => [each.packageJson.name, each.folder]));
    const wanted = Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies })
      .map((name) => members.get(name))
      .filter((member) => member !== undefined);
    const referenced = ["tsconfig.json", "tsconfig.test.json"]
      .filter((file) => existsSync(join(folder, file)))
      .map((file) => readJson(`${path}/${file}`) as { references?: { path: string }[] })
      .flatMap(({ references = [] }) => references.map((reference) => join(folder, reference.path)));
    expect(referenced).toEqual(expect.arrayContaining(wanted));
  },
);

describe("the benchmarks", () => {
  const { dependencies } = readJson("bench/package.json") as PackageJson;

  it("name the exact version of everything that they compare with, and lock that", () => {
    const { packages } = readJson("bench/package-lock.json") as { packages: Record<string, PackageJson> };
    expect(Object.keys(dependencies ?? {})).not.toEqual([]);
    for (const [name, version] of Object.entries(dependencies ?? {})) {
      expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
      expect(`${name} ${packages[`node_modules/${name}`]?.version}`).toBe(`${name} ${version}`);
    }
  });

  it("are no member of the workspace: what they compare with is installed by nobody else", () => {
    const { packages } = parse(readText("pnpm-workspace.yaml")) as { packages: string[] };
    expect(packages).toEqual(["packages/*", "templates/*", "examples/*", "site"]);
  });
});

it("says Node 20.19 and later everywhere", () => {
  expect(root.engines).toEqual({ node: ">=20.19.0" });
});
