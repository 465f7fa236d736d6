export { describeExporter } from "./conformance/describe-exporter.ts";
export type { DescribeOptions } from "./conformance/describe-exporter.ts";
