import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOutside, readImports } from "./support/imports.ts";
import { entryPoints, publishablePackages, readText } from "./support/repository.ts";
import type { PackageJson } from "./support/repository.ts";

// A rename is a difference that somebody has to look at: `npx vitest run --project house -u` accepts it.
// Entry points with side effects are programs: there is nothing to import from them.
const entries = publishablePackages().flatMap((each) => {
  const programs = Array.isArray(each.packageJson.sideEffects) ? each.packageJson.sideEffects : [];
  return entryPoints(each)
    .filter(({ source }) => !programs.includes(source))
    .map((entry) => ({ ...entry, ...each, title: join(each.packageJson.name, entry.subpath) }));
});

const imports = readImports();

/** Values that nobody in this repository imports, each with who does. */
const FOR_OTHERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "@charm/telemetry-testkit/intakes": {
    HttpIntake: "is extended by intakes of backends that speak no JSON",
  },
};

/** Classes that core imports by the name which package.json has for them. */
function declaredExporters({ charm }: PackageJson): string[] {
  const { telemetry = {} } = (charm ?? {}) as { telemetry?: Record<string, string> };
  return Object.values(telemetry).map((target) => target.replace(/^.*#/, ""));
}

describe.each(entries)("$title", (entry) => {
  const { path, folder, source, title, packageJson } = entry;
  const text = readText(join(path, source));
  const declared = [...text.matchAll(/^export (type )?\{([^}]*)\}/gms)].flatMap(([, type, names]) =>
    (names ?? "")
      .split(",")
      .map((name) => name.trim().replace(/^.* as /, ""))
      .filter(Boolean)
      .map((name) => ({ name, isType: type !== undefined })),
  );
  const namesOf = (isType: boolean): string[] =>
    declared
      .filter((each) => each.isType === isType)
      .map((each) => each.name)
      .toSorted();

  it("exports these names", () => {
    expect({ values: namesOf(false), types: namesOf(true) }).toMatchSnapshot();
  });

  // Types are there so that whatever stands in a signature can be named.
  it("exports only values that somebody outside imports", () => {
    const unused = namesOf(false)
      .filter((name) => !declaredExporters(packageJson).includes(name))
      .filter((name) => !(imports.get(`${title}#${name}`) ?? []).some((file) => isOutside(file, entry)));
    expect(unused).toEqual(Object.keys(FOR_OTHERS[title] ?? {}));
  });

  it("is a list of public names and nothing else", async () => {
    const code = text
      .replaceAll(/\/\*.*?\*\/|\/\/.*$/gms, "")
      .replaceAll(/^export (?:type )?\{[^}]*\}(?: from "[^"]+")?;$/gms, "");
    expect(code.trim()).toBe("");
    expect(Object.keys((await import(join(folder, source))) as object).toSorted()).toEqual(namesOf(false));
  });
});
