import { readFileSync } from "node:fs";

export function fixture(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8");
}

export function jsonFixture<Value>(path: string): Value {
  return JSON.parse(fixture(path)) as Value;
}
