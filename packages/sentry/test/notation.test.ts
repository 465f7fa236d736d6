import { expect, it } from "vitest";
import { seconds } from "../src/notation.ts";

it("writes seconds to the microsecond", () => {
  expect([seconds(1_795_338_694_583.0181), seconds(0), seconds(1000.0004)]).toEqual([1795338694.583018, 0, 1]);
});
