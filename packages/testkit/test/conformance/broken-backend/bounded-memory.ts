import { WellBehavedExporter } from "./well-behaved.ts";

/** Keeps everything until somebody takes it. */
export class Hoarder extends WellBehavedExporter {
  protected override maxWaitingCharacters: number = Infinity;
}
