import { expect, it } from "vitest";
import { isoMicroseconds } from "../src/notation.ts";

it.each([
  [1_795_338_755_079, "2026-11-22T09:12:35.079000Z"],
  [1_795_338_755_079.001, "2026-11-22T09:12:35.079001Z"],
  [1_795_338_755_079.999_76, "2026-11-22T09:12:35.080000Z"],
])("writes %d as %s", (unixMs, iso) => {
  expect(isoMicroseconds(unixMs)).toBe(iso);
});
