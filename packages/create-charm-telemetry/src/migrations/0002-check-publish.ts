import type { Migration } from "./migration.ts";

/** The script says what it checks: what would be published. */
export const checkPublish: Migration = { to: 2, scripts: { "check:package": "check:publish" } };
