// What the nightly check makes of its findings. Pure, so that a month of nights is a matter of milliseconds in a test.

const DAY_MS = 24 * 60 * 60 * 1000;
const STALE_AFTER_DAYS = 7;
const HIDDEN_AFTER_DAYS = 30;

/**
 * @param previous the facts of the night before.
 * @param ids of all exporters that are listed; others are forgotten.
 * @param unpublished ids that npm does not have yet: they carry no verified badge.
 * @param findings of `registry validate` over all of them.
 */
export function nextFacts({ previous, ids, unpublished = [], findings, now }) {
  const exporters = ids.toSorted().map((id) => {
    const ofIt = findingsAbout(id, findings);
    return [id, nextFact(previous.exporters[id], ofIt, now, unpublished.includes(id))];
  });
  return { version: "1.0", exporters: Object.fromEntries(exporters) };
}

export function findingsAbout(id, findings) {
  return findings.filter(({ file }) => file.endsWith(`/manifests/${id}.json`));
}

function nextFact(before, findings, now, isUnpublished) {
  const today = now.toISOString().slice(0, 10);
  const firstListed = before?.first_listed ?? today;
  // Nobody could tell: neither better nor worse than last night.
  if (findings.some(({ severity }) => severity === "undecided"))
    return before ?? { verified: false, first_listed: firstListed, health: "passing" };
  const isFailing = findings.some(({ severity }) => severity === "error");
  const isProven = !isUnpublished && !findings.some(({ rule }) => rule === "provenance");
  const since = isFailing ? (before?.failing_since ?? today) : undefined;
  return {
    verified: !isFailing && isProven,
    first_listed: firstListed,
    last_checked: now.toISOString(),
    health: since === undefined ? "passing" : healthAfter((now.getTime() - Date.parse(since)) / DAY_MS),
    failing_since: since,
  };
}

function healthAfter(days) {
  return days >= HIDDEN_AFTER_DAYS ? "hidden" : days >= STALE_AFTER_DAYS ? "stale" : "passing";
}
