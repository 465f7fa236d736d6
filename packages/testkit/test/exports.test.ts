import { expect, test } from "vitest";
import * as intakes from "../src/intakes/index.ts";
import * as main from "../src/index.ts";

test("the package exports these names and no others", () => {
  expect({ ".": Object.keys(main).toSorted(), "./intakes": Object.keys(intakes).toSorted() }).toMatchInlineSnapshot(`
    {
      ".": [
        "RECORDING_SOURCES",
        "importMiniSweAgent",
        "importStream",
        "importTauBench",
        "loadRecordings",
        "playRun",
        "tokenize",
      ],
      "./intakes": [
        "DATADOG_EVALUATIONS_PATH",
        "DATADOG_EVENTS_PATH",
        "DATADOG_LOGS_PATH",
        "DATADOG_SERIES_PATH",
        "DATADOG_SPANS_PATH",
        "DatadogIntake",
        "HttpIntake",
        "JsonIntake",
        "LangsmithIntake",
        "SentryIntake",
        "parseFault",
        "startDatadogIntake",
        "startHttpIntake",
        "startLangsmithIntake",
        "startSentryIntake",
      ],
    }
  `);
});
