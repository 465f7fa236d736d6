// Loads one exporter with the built output and says what came of it: node load-exporter.mjs URL EXPORT [RANGE OF CORE]
import { loadExporterClass } from "../../dist/host/load-exporter.js";

const [url, exportName, coreRange] = process.argv.slice(2);
try {
  const Exporter = await loadExporterClass({
    name: "acme",
    packageName: "charm-acme@1.2.3",
    url,
    exportName,
    coreRange,
  });
  console.log(JSON.stringify({ name: Exporter.name, isClass: new Exporter() instanceof Exporter }));
} catch (error) {
  const { code, message, where, fix } = error;
  console.log(JSON.stringify({ code, message, where, fix }));
}
