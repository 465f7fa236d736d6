import { expect, it } from "vitest";
import { exporterModule, inspectModule } from "./strangers.ts";

it("finds nothing wrong with an exporter", async () => {
  expect(await inspectModule(exporterModule())).toEqual({ implementsContract: true });
});
