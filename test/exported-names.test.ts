import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { entryPoints, publishablePackages, readText, repositoryFiles } from "./support/repository.ts";

// A rename is a difference that somebody has to look at: `npx vitest run --project house -u` accepts it.
// Entry points with side effects are programs: there is nothing to import from them.
const entries = publishablePackages().flatMap((each) => {
  const programs = Array.isArray(each.packageJson.sideEffects) ? each.packageJson.sideEffects : [];
  return entryPoints(each)
    .filter(({ source }) => !programs.includes(source))
    .map((entry) => ({ ...entry, ...each, title: join(each.packageJson.name, entry.subpath) }));
});

describe.each(entries)("$title", ({ path, folder, source }) => {
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
  it("exports no value that no test, page or other package has a use for", () => {
    const texts = repositoryFiles()
      .filter((file) => /\.(?:ts|mjs|js|md)$/.test(file) && !/^test\//.test(file) && !file.startsWith(`${path}/src/`))
      .map(readText);
    expect(namesOf(false).filter((name) => !texts.some((each) => new RegExp(`\\b${name}\\b`).test(each)))).toEqual([]);
  });

  it("is a list of public names and nothing else", async () => {
    const code = text
      .replaceAll(/\/\*.*?\*\/|\/\/.*$/gms, "")
      .replaceAll(/^export (?:type )?\{[^}]*\}(?: from "[^"]+")?;$/gms, "");
    expect(code.trim()).toBe("");
    expect(Object.keys((await import(join(folder, source))) as object).toSorted()).toEqual(namesOf(false));
  });
});
