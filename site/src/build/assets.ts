import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import type { Assets } from "../views/layout.tsx";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = {
  boot: "src/client/boot.ts",
  page: "src/client/page.ts",
  browse: "src/client/browse.tsx",
  style: "src/client/style.css",
} as const;

/** A file of the site: its path from the root, and what is in it. */
export interface SiteFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

export interface BuiltAssets {
  readonly assets: Assets;
  readonly files: readonly SiteFile[];
}

/** Bundles what the browser runs. Names have a hash of the content, so that they can be kept for ever. */
export async function buildAssets(): Promise<BuiltAssets> {
  const built = await build({
    configFile: false,
    root: ROOT,
    logLevel: "warn",
    // The sources name one another with their extension; nothing is served or watched.
    build: {
      write: false,
      target: "baseline-widely-available",
      cssTarget: "chrome125",
      modulePreload: false,
      rolldownOptions: { input: SOURCES },
    },
  });
  const output = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  const files: SiteFile[] = output.map((each) => ({
    path: each.fileName,
    content: each.type === "chunk" ? each.code : each.source,
  }));
  const pathOf = (name: keyof typeof SOURCES): string => {
    const source = SOURCES[name];
    const found = output.find((each) =>
      each.type === "chunk" ? each.facadeModuleId?.endsWith(source) : each.originalFileNames.includes(source),
    );
    if (found === undefined) throw new Error(`${source} was not built`);
    return found.fileName;
  };
  const icon = await readFile(join(ROOT, "src/client/icon.svg"));
  const iconFile = { path: hashed("assets/icon.svg", icon), content: icon };
  return {
    assets: {
      boot: pathOf("boot"),
      page: pathOf("page"),
      browse: pathOf("browse"),
      style: pathOf("style"),
      icon: iconFile.path,
    },
    files: [...files, iconFile],
  };
}

/** `data/list.json` → `data/list.0123456789.json` */
export function hashed(path: string, content: string | Uint8Array): string {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return path.replace(/(?=\.\w+$)/, `.${digest}`);
}
