// An agent that plays the recorded runs of one source: JSON says how, as an argument or where the cloud puts its input.
import { readFileSync } from "node:fs";
import { TelemetryManager } from "@charm/telemetry-core";
import { loadRecordings, playRun } from "@charm/telemetry-testkit";

const { source, order } = JSON.parse(process.argv[2] ?? readFileSync(process.env.CHARM_INPUT_FILE, "utf8"));
const patience = { timeoutMs: 120_000 };
const manager = await TelemetryManager.load();
const recordings = loadRecordings(source);

if (order === "at-once") {
  await Promise.all(recordings.map((recording) => playRun(recording, manager)));
} else {
  for (const recording of recordings) {
    manager.emitter.status(recording.id); // tells the runs apart
    await playRun(recording, manager);
    if (order === "one-by-one") await manager.flush(patience);
  }
}
process.send?.(manager.health());
const health = await manager.shutdown(patience);
process.send?.(health, () => process.disconnect());
