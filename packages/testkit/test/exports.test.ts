import { expect, test } from "vitest";
import * as intakes from "../src/intakes/index.ts";
import * as main from "../src/index.ts";

test("the package exports these names and no others", () => {
  expect({ ".": Object.keys(main).toSorted(), "./intakes": Object.keys(intakes).toSorted() }).toMatchInlineSnapshot(`
    {
      ".": [
        "AttachedExporter",
        "ExporterAccount",
        "RECORDING_SOURCES",
        "RecordingExporter",
        "RunBuilder",
        "START_INFO",
        "attachExporter",
        "checkExporter",
        "describeFinding",
        "eventContext",
        "failedRun",
        "importMiniSweAgent",
        "importStream",
        "importTauBench",
        "loadRecordings",
        "playRun",
        "runInfo",
        "sampleRun",
        "startExporter",
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
