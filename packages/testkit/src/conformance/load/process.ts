import { sampleRun } from "../../sample-runs.ts";
import type { ConformanceCase } from "../case.ts";

/** What all exporters must leave alone. The watch sees it in every case; here is where it is said. */
const UNTOUCHED = {
  "no-stdout": "prints nothing to stdout, where the agent's events go",
  "no-exit": "never ends the process, nor sets its exit code",
  "no-stray-errors": "throws and rejects nothing outside of its methods",
  "environment-untouched": "changes no environment variable",
  "listeners-untouched": "listens to no signal and no event of the process",
  "globals-untouched": "changes nothing that all code of a process shares",
};

export const untouched: readonly ConformanceCase[] = Object.entries(UNTOUCHED).map(([id, title]) => ({
  id,
  title,
  level: "load",
  after: ["class", "construction"],
  run: (bench) => bench.liveEachWay(),
}));

export const processEnds: ConformanceCase = {
  id: "process-ends",
  title: "keeps no process alive that has nothing else to do",
  level: "load",
  after: ["class", "construction"],
  async run(bench) {
    const attached = await bench.create({ isConfigured: bench.level !== "load" });
    if ((await attached.start()).isOk) await attached.play(sampleRun());
    await attached.flush();
    const open = await bench.open();
    if (open.length > 0)
      bench.report(
        "when a run is over and flushed, nothing holds the process: unref() timers, close what is idle",
        `open after flush(): ${open.join("; ")}`,
      );
    await attached.shutdown();
    await bench.liveEachWay();
  },
};
