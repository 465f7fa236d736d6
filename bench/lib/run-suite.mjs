import { median, summarize } from "./statistics.mjs";

/**
 * Runs a suite's cases in turns (one of each, then again), so that whatever else the machine does meets all alike.
 *
 * A suite is `{ name, title, note, columns, targets, cases }`. A case is `{ name, run, base?, skip?, once? }`: `run` starts
 * processes and returns numbers by column key. A column `{ key, title, ratioOf, to? }` compares with the case `to`, else
 * with the case's own `base`; with `isOptional` it is shown where it has something to say, with `isHidden` it is there for
 * targets and `--json` alone.
 */
export async function runSuite(suite, repetitions, progress) {
  const rows = new Map(suite.cases.map(({ name }) => [name, { rounds: [], failure: undefined }]));
  for (let round = 0; round < repetitions; round++) {
    for (const [index, { name, run, skip, once }] of suite.cases.entries()) {
      const row = rows.get(name);
      if (skip !== undefined || row.failure !== undefined || (once && round > 0)) continue;
      progress(`${suite.name}  ${round + 1}/${repetitions}  ${index + 1}/${suite.cases.length}  ${name}`);
      try {
        row.rounds.push(await run(round));
      } catch (error) {
        row.failure = error instanceof Error ? error.message : String(error);
        row.rounds = [];
        progress(`${suite.name}  ${name} failed: ${row.failure}`, true);
      }
    }
  }
  return report(suite, rows);
}

function report(suite, rows) {
  const cases = suite.cases.map((each) => {
    const { rounds, failure } = rows.get(each.name);
    return {
      name: each.name,
      ...(each.skip === undefined ? {} : { skipped: each.skip }),
      ...(failure === undefined ? {} : { failed: failure }),
      values: valuesOf(suite.columns, rounds, (column) => rows.get(column.to ?? each.base)?.rounds ?? []),
    };
  });
  const valueOf = (statistic) => (name, key) => cases.find((each) => each.name === name)?.values[key]?.[statistic];
  return {
    name: suite.name,
    title: suite.title,
    note: suite.note,
    columns: suite.columns,
    cases,
    // One round in which something was lost is a loss.
    targets: (suite.targets ?? []).map((target) => judge(target, valueOf(target.atMost === 0 ? "max" : "median"))),
  };
}

function valuesOf(columns, rounds, baseOf) {
  const values = {};
  for (const column of columns) {
    const { key, ratioOf } = column;
    const samples = ratioOf === undefined ? rounds.map((round) => round[key]) : ratios(rounds, baseOf(column), ratioOf);
    const summary = summarize(samples.filter((sample) => Number.isFinite(sample)));
    if (summary !== undefined) values[key] = summary;
  }
  return values;
}

/** Each round against the same round of the base: both met the same machine. */
function ratios(rounds, baseRounds, key) {
  if (baseRounds.length === 0) return [];
  const typical = median(baseRounds.map((round) => round[key]));
  return rounds.map((round, index) => round[key] / (baseRounds[index]?.[key] ?? typical));
}

/** A target that could not be measured is never met. */
function judge({ what, unit = "", atMost, atLeast, value }, valueOf) {
  const measured = value(valueOf);
  const isMeasured = measured !== undefined && Number.isFinite(measured);
  const limit = atMost ?? atLeast;
  const isMet = isMeasured && (atMost === undefined ? measured >= atLeast : measured <= atMost);
  return {
    what,
    unit,
    target: `${atMost === undefined ? "≥" : "≤"} ${limit.toLocaleString("en")}${unit === "" ? "" : ` ${unit}`}`,
    measured: isMeasured ? measured : null,
    verdict: isMeasured ? (isMet ? "met" : "MISSED") : "not measured",
  };
}
