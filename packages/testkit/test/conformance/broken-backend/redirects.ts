import { WellBehavedExporter } from "./well-behaved.ts";

/** Follows wherever it is sent, with its key. */
export class Follower extends WellBehavedExporter {
  protected override redirect: "manual" | "follow" = "follow";
}
