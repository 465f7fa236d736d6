export { DatadogExporter } from "./exporter.ts";
