import { InlineLink } from "./inline.ts";
import { HOST_LIMITS } from "./limits.ts";
import type { HostLimits } from "./limits.ts";
import type { ExporterInstance, ExporterModule, HostLink, HostOptions } from "./link.ts";

export function createHost(
  exporters: readonly (ExporterModule | ExporterInstance)[],
  options: HostOptions,
  limits: HostLimits = HOST_LIMITS,
): HostLink {
  return new InlineLink(exporters, options, limits);
}
