export { AcmeExporter } from "./exporter.ts";
