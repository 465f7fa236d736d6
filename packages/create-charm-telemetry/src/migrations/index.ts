import { checkPublish } from "./0002-check-publish.ts";
import type { Migration } from "./migration.ts";

/** In the order in which they are applied. */
export const MIGRATIONS: readonly Migration[] = [checkPublish];
