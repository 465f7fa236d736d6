import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { entryPoints, publishablePackages, readText } from "./support/repository.ts";

// A rename is a difference that somebody has to look at: `npx vitest run --project house -u` accepts it.
const entries = publishablePackages().flatMap((each) =>
  entryPoints(each).map((entry) => ({ ...entry, ...each, title: join(each.packageJson.name, entry.subpath) })),
);

describe.each(entries)("$title", ({ path, folder, source, packageJson }) => {
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

  it("is a list of public names and nothing else", async () => {
    const isProgram = Array.isArray(packageJson.sideEffects) && packageJson.sideEffects.includes(source);
    if (isProgram) {
      expect(declared).toEqual([]);
      return;
    }
    const code = text
      .replaceAll(/\/\*.*?\*\/|\/\/.*$/gms, "")
      .replaceAll(/^export (?:type )?\{[^}]*\}(?: from "[^"]+")?;$/gms, "");
    expect(code.trim()).toBe("");
    expect(Object.keys((await import(join(folder, source))) as object).toSorted()).toEqual(namesOf(false));
  });
});
