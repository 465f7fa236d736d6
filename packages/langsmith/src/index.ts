export { LangsmithExporter } from "./exporter.ts";
