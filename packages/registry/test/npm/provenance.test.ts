import { expect, it } from "vitest";
import { utf8String } from "../../src/npm/provenance.ts";

it("reads the repository that a certificate names", () => {
  const short = "https://github.com/acme/ü";
  const long = `https://github.com/acme/${"x".repeat(150)}`;
  expect(utf8String(Buffer.concat([Buffer.from([0x0c, Buffer.byteLength(short)]), Buffer.from(short)]))).toBe(short);
  expect(utf8String(Buffer.concat([Buffer.from([0x0c, 0x81, long.length]), Buffer.from(long)]))).toBe(long);
});

it.each([[[]], [[0x0c]], [[0x0c, 2, 65]], [[0x0c, 1, 65, 66]], [[0x04, 1, 65]], [[0x0c, 0x82, 0, 1, 65]]])(
  "takes the bytes %j for no text",
  (bytes) => {
    expect(utf8String(Uint8Array.from(bytes))).toBeUndefined();
  },
);
