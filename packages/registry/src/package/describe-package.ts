import { shown } from "../finding.ts";
import { packageProblem } from "./package-problem.ts";
import type { PackageProblem } from "./package-problem.ts";
import type { PackageFiles } from "./tarball.ts";

/** What a package says of itself, and what is in it. */
export interface PackageDescription {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly repository: { readonly type?: string; readonly url: string; readonly directory?: string } | undefined;
  /** The block `charm.telemetry`: name to `./file.js#Class`. */
  readonly entryPoints: ReadonlyMap<string, string>;
  /** What npm would run where the package is installed, such as `postinstall`. */
  readonly installScripts: readonly string[];
  /** Those that come with it, optional ones too: name to range. */
  readonly dependencies: ReadonlyMap<string, string>;
  /** Name to range; without those that are optional. */
  readonly peers: ReadonlyMap<string, string>;
  readonly unpackedBytes: number;
  readonly files: PackageFiles;
  /** Text of package.json. */
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];
/** It becomes the name of a folder. */
const PACKAGE_NAME = /^(?:@[a-z0-9~-][\w.~-]{0,213}\/)?[a-z0-9~-][\w.~-]{0,213}$/;
const MAX_PACKAGE_JSON = 1024 * 1024;

/** Reads package.json as strangers write it: what has the wrong type counts as not there. */
export function describePackage(files: PackageFiles): PackageDescription | PackageProblem {
  const bytes = files.get("package.json");
  if (bytes === undefined) return packageProblem("tarball", "has no package.json");
  if (bytes.byteLength > MAX_PACKAGE_JSON) return packageProblem("tarball", "package.json has more than 1 MiB");
  const text = new TextDecoder().decode(bytes);
  let json: Json;
  try {
    json = objectIn(JSON.parse(text));
  } catch (error) {
    return packageProblem("tarball", `package.json is not JSON: ${shown((error as Error).message)}`);
  }
  const { name, version } = json;
  if (typeof name !== "string" || typeof version !== "string")
    return packageProblem("tarball", "package.json has no name or no version");
  if (!PACKAGE_NAME.test(name)) return packageProblem("tarball", `"${shown(name)}" is no name of a package`);

  const peersMeta = objectIn(json["peerDependenciesMeta"]);
  const peers = textsIn(json["peerDependencies"]);
  for (const peer of peers.keys()) if (objectIn(peersMeta[peer])["optional"] === true) peers.delete(peer);
  return {
    name,
    version,
    license: typeof json["license"] === "string" ? json["license"] : undefined,
    repository: repositoryOf(json["repository"]),
    entryPoints: textsIn(objectIn(json["charm"])["telemetry"]),
    installScripts: installScriptsOf(json, files),
    dependencies: new Map([...textsIn(json["dependencies"]), ...textsIn(json["optionalDependencies"])]),
    peers,
    unpackedBytes: [...files.values()].reduce((sum, each) => sum + each.byteLength, 0),
    files,
    text,
  };
}

function repositoryOf(value: unknown): PackageDescription["repository"] {
  if (typeof value === "string") return { url: value };
  const { type, url, directory } = objectIn(value);
  if (typeof url !== "string") return undefined;
  return {
    ...(typeof type === "string" ? { type } : {}),
    url,
    ...(typeof directory === "string" ? { directory } : {}),
  };
}

function installScriptsOf(json: Json, files: PackageFiles): string[] {
  const scripts = textsIn(json["scripts"]);
  const found = INSTALL_SCRIPTS.filter((script) => scripts.has(script));
  // npm builds with node-gyp then, though no script says so.
  if (files.has("binding.gyp") && json["gypfile"] !== false) found.push("binding.gyp");
  return found;
}

function objectIn(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function textsIn(value: unknown): Map<string, string> {
  return new Map(
    Object.entries(objectIn(value)).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
  );
}
