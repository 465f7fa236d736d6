import { failedRun, sampleRun } from "../../sample-runs.ts";
import type { ConformanceCase } from "../case.ts";
import { end } from "./play.ts";

export const eventsSettled: ConformanceCase = {
  id: "events-settled",
  title: "answers for every event that it keeps for later",
  level: "hooks",
  after: ["ordinary-values"],
  async run(bench) {
    const attached = await bench.start();
    await attached.play([...sampleRun(), ...failedRun()]);
    await end(bench, attached);
  },
};

export const accountsExact: ConformanceCase = {
  id: "accounts-exact",
  title: "answers for each event once, in words that its host knows",
  level: "hooks",
  after: ["ordinary-values"],
  async run(bench) {
    const attached = await bench.start();
    const { account } = attached;
    await attached.play([...sampleRun(), ...failedRun()]);
    await attached.flush();
    await attached.play(sampleRun());
    await attached.shutdown();
    if (account.surplus > 0)
      bench.report(
        "settle(count, outcome) is called for events whose hooks returned this.pending, once for each",
        `${account.surplus} more than the ${account.accepted} events that it was given were settled`,
      );
    for (const nonsense of new Set(account.nonsense))
      bench.report("settle() and count() are told numbers, and outcomes and units of the contract", nonsense);
  },
};
