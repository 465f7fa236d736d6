import { expect, it } from "vitest";
import { readText, repositoryFiles } from "./support/repository.ts";

const BINARY = /\.(?:bin|br|gif|gz|ico|jpe?g|png|tgz|webp|woff2?|zst)$/;

// Written so that this file is not a match of itself.
const MACHINE_PATH = /(?<![\w.$}/~*-])\/(?:work|root|tmp|(?:home|Users)(?!\/somebody\b))\/[\w.-]/;
const LOCAL_REGISTRY = /"resolved": "https?:/;

const files = repositoryFiles().filter((path) => !BINARY.test(path));

it("reads the repository", () => {
  expect(files).toContain("package.json");
  expect(files.length).toBeGreaterThan(50);
});

it("names no path of anybody's machine", () => {
  expect(placesOf(MACHINE_PATH)).toEqual([]);
});

it("keeps the registry that somebody installed from out of lock files", () => {
  const places = placesOf(LOCAL_REGISTRY, (path) => path.endsWith("package-lock.json"));
  expect(places).toEqual([]);
});

it("ends lines as Unix does", () => {
  expect(placesOf(/\r$/, (path) => !path.includes("/fixtures/") && !path.includes("/recordings/"))).toEqual([]);
});

it("has no test that is skipped, singled out or still to be written", () => {
  const mark = new RegExp(`\\b(?:it|test|describe)\\.(?:${["skip", "only", "todo"].join("|")})\\(`);
  expect(placesOf(mark, (path) => path.endsWith(".test.ts"))).toEqual([]);
});

function placesOf(pattern: RegExp, isMeant: (path: string) => boolean = () => true): string[] {
  return files.filter(isMeant).flatMap((path) =>
    readText(path)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}
