import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Run } from "../src/run.ts";
import { currentRun, inRun } from "../src/run-scope.ts";

const run = (name: string): Run => ({ runId: name }) as Run;

describe("inRun", () => {
  it("knows the run in everything that its function starts, and outside of it none", async () => {
    const a = run("a");
    expect(currentRun()).toBeUndefined();
    await inRun(a, async () => {
      expect(currentRun()).toBe(a);
      await delay(1);
      expect(currentRun()).toBe(a);
      await Promise.all(
        [1, 2].map(async () => {
          await Promise.resolve();
          expect(currentRun()).toBe(a);
        }),
      );
    });
    expect(currentRun()).toBeUndefined();
  });

  it("keeps parallel and nested runs apart", async () => {
    const seen: (Run | undefined)[] = [];
    const [a, b, inner] = [run("a"), run("b"), run("inner")];
    await Promise.all([
      inRun(a, async () => {
        await delay(2);
        seen[0] = currentRun();
        await inRun(inner, async () => {
          await delay(1);
          seen[1] = currentRun();
        });
        seen[2] = currentRun();
      }),
      inRun(b, async () => {
        await delay(3);
        seen[3] = currentRun();
      }),
    ]);
    expect(seen).toEqual([a, inner, a, b]);
  });

  it("gives back what the function returns, and throws what it throws", async () => {
    await expect(inRun(run("a"), () => 5)).resolves.toBe(5);
    await expect(
      inRun(run("a"), () => {
        throw new Error("sync");
      }),
    ).rejects.toThrow("sync");
    await expect(inRun(run("a"), () => Promise.reject(new Error("async")))).rejects.toThrow("async");
    expect(currentRun()).toBeUndefined();
  });

  it("uses the storage only while a run is in it, and switches it off after the last", async () => {
    const read = vi.spyOn(AsyncLocalStorage.prototype, "getStore");
    const off = vi.spyOn(AsyncLocalStorage.prototype, "disable");
    try {
      currentRun();
      expect(read).not.toHaveBeenCalled();
      const first = inRun(run("a"), () => delay(1));
      const second = inRun(run("b"), () => delay(10));
      await first;
      expect(off).not.toHaveBeenCalled();
      read.mockClear();
      currentRun();
      expect(read).toHaveBeenCalledTimes(1);
      await second;
      expect(off).toHaveBeenCalledTimes(1);
      read.mockClear();
      currentRun();
      expect(read).not.toHaveBeenCalled();
      await inRun(run("c"), () => Promise.reject(new Error("x"))).catch(() => {});
      expect(off).toHaveBeenCalledTimes(2);
    } finally {
      read.mockRestore();
      off.mockRestore();
    }
  });

  it("works again after it was switched off", async () => {
    for (const name of ["a", "b", "c"]) {
      await inRun(run(name), async () => {
        await delay(1);
        expect(currentRun()?.runId).toBe(name);
      });
    }
  });
});
