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
export function nextFacts({ previous, ids, unpublished, findings, now }) {
  const exporters = {};
  for (const id of ids.toSorted()) {
    const ofIt = findings.filter(({ file }) => file.endsWith(`/${id}.json`));
    exporters[id] = nextFact(previous.exporters[id], ofIt, now, unpublished.includes(id));
  }
  return { version: "1.0", exporters };
}

function nextFact(before, findings, now, isUnpublished) {
  const today = now.toISOString().slice(0, 10);
  const first = { first_listed: before?.first_listed ?? today };
  const downloads = before?.downloads === undefined ? {} : { downloads: before.downloads };
  // Nobody could tell: neither better nor worse than last night.
  if (findings.some(({ severity }) => severity === "undecided"))
    return { verified: false, health: "passing", ...before, ...first, ...aged(before?.failing_since, now) };
  const checked = { last_checked: now.toISOString(), ...downloads };
  if (!findings.some(({ severity }) => severity === "error")) {
    const verified = !isUnpublished && !findings.some(({ rule }) => rule === "provenance");
    return { verified, ...first, ...checked, health: "passing" };
  }
  const since = before?.failing_since ?? today;
  return { verified: false, ...first, ...checked, ...aged(since, now), failing_since: since };
}

/** Shown until it has failed for a week, then shown as stale, and after a month not at all. */
function aged(since, now) {
  if (since === undefined) return {};
  const days = (now.getTime() - Date.parse(since)) / DAY_MS;
  return { health: days >= HIDDEN_AFTER_DAYS ? "hidden" : days >= STALE_AFTER_DAYS ? "stale" : "passing" };
}
