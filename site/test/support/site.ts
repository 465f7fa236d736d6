import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildAssets } from "../../src/build/assets.ts";
import type { BuiltAssets } from "../../src/build/assets.ts";
import { renderSite, writeSite } from "../../src/build/site.tsx";
import type { Site, SiteOptions } from "../../src/build/site.tsx";
import { serve } from "../../src/serve.ts";
import { factsOf, indexOf } from "./entries.ts";
import type { Entry } from "./entries.ts";

/** As on GitHub Pages: the site is a folder of its host. */
export const BASE = "/charm-telemetry-js/";

let assets: Promise<BuiltAssets> | undefined;

/** @param entries anything that stands in an index. */
export async function rendered(entries: readonly unknown[], options: Partial<SiteOptions> = {}): Promise<Site> {
  assets ??= buildAssets();
  return renderSite(
    {
      index: indexOf(entries),
      url: `https://plugins.example${BASE}`,
      generatedAt: "2026-10-02T08:00:00.000Z",
      commit: "0123456789abcdef0123456789abcdef01234567",
      ...options,
    },
    await assets,
  );
}

/** A built folder, served with the headers of its host. */
export interface ServedSite {
  /** With a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

export async function served(
  entries: readonly unknown[],
  facts: string | null = factsOf(entries as readonly Entry[]),
): Promise<ServedSite> {
  const folder = mkdtempSync(join(tmpdir(), "charm-site-"));
  await writeSite(await rendered(entries, { facts: facts ?? undefined }), folder);
  const server = await serve(folder, BASE);
  return {
    url: server.url,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
