export { SentryExporter } from "./exporter.ts";
