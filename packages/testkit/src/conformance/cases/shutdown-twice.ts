import type { ConformanceCase } from "../case.ts";

export const shutdownTwice: ConformanceCase = {
  id: "shutdown-twice",
  title: "does nothing when it is shut down again",
  level: "hooks",
  async run(bench) {
    const exporter = await bench.start();
    const first = await exporter.shutdown();
    if (!first.isOk) bench.report("shutdown() resolves", first.error);
    const second = await exporter.shutdown();
    if (!second.isOk) bench.report("a second shutdown() resolves", second.error);
  },
};
