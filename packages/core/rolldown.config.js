import { readFileSync } from "node:fs";
import { defineConfig } from "rolldown";

/**
 * What is published: the modules of `src`, in a few files. Node takes about half a millisecond of the agent's thread for
 * each file that it imports, and yaml alone has seventy.
 */
export default defineConfig({
  input: {
    index: "src/index.ts",
    auto: "src/auto.ts",
    manifest: "src/manifest.ts",
    masking: "src/masking.ts",
    "kit/index": "src/kit/index.ts",
    // Started as a thread by the file beside it, so both keep their places.
    "host/index": "src/host/index.ts",
    "host/worker": "src/host/worker.ts",
  },
  // Not "node": what yaml has for Node is CommonJS, of which nothing could be left out.
  platform: "neutral",
  external: [/^node:/, "undici"],
  plugins: [{ name: "licence", generateBundle }],
  output: {
    dir: "dist/bundle",
    cleanDir: true,
    chunkFileNames: "[name].js",
    sourcemap: true,
    sourcemapExcludeSources: true,
    // What every agent needs is one file, though others share parts of it.
    codeSplitting: { groups: [{ name: "core", test: /src\/manager\.ts$/ }] },
  },
});

/** yaml asks that its licence goes where its code goes. */
function generateBundle() {
  this.emitFile({
    type: "asset",
    fileName: "yaml.LICENSE",
    source: readFileSync(new URL("node_modules/yaml/LICENSE", import.meta.url)),
  });
}
