// What is wrong with one tarball, seen from outside of the repository.
import { run } from "../repository.mjs";
import { packedPackageJson, tarFiles } from "./release-folder.mjs";

const WORKSPACE_RANGE = /^(?:workspace|catalog|file|link):/;
const NEVER = /(?:^|\/)(?:\.env(?:\..*)?|\.npmrc|.*\.pem|\.tsbuildinfo|test|node_modules)(?:\/|$)/;
const ALWAYS = ["package.json", "README.md", "LICENSE"];

/** @param {{ name: string, version: string, path: string }} packed @returns {string[]} */
export function checkPacked({ name, version, path }) {
  const packageJson = packedPackageJson(path);
  if (packageJson?.name !== name || packageJson.version !== version)
    return [`holds ${packageJson?.name}@${packageJson?.version}, not ${name}@${version}`];
  const files = [...tarFiles(path).keys()].map((file) => file.replace(/^package\//, ""));
  return [
    ...ALWAYS.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files.filter((file) => NEVER.test(file)).map((file) => `${file} would be published`),
    ...workspaceRanges(packageJson),
    ...missingTargets(packageJson, files),
    ...lintTarball(path),
  ];
}

function workspaceRanges(packageJson) {
  return ["dependencies", "peerDependencies", "optionalDependencies"].flatMap((group) =>
    Object.entries(packageJson[group] ?? {})
      .filter(([, range]) => WORKSPACE_RANGE.test(range))
      .map(([dependency, range]) => `${group}.${dependency} is ${range}, which nobody else can install`),
  );
}

/** Entry points of exporters are no exports: the linters below do not know them. */
function missingTargets(packageJson, files) {
  return Object.entries(packageJson.charm?.telemetry ?? {})
    .map(([name, target]) => [name, target.replace(/^\.\//, "").replace(/#.*$/, "")])
    .filter(([, file]) => !files.includes(file))
    .map(([name, file]) => `charm.telemetry.${name} is ${file}, which is not in the package`);
}

/** publint and attw, whose answers are text. */
export function lintTarball(path) {
  const linters = [
    ["publint", "run", path, "--strict"],
    ["attw", path, "--profile", "esm-only", "--format", "ascii", "--no-emoji"],
  ];
  return linters.flatMap((command) => {
    const { code, output } = run(command);
    return code === 0 ? [] : [output.trim()];
  });
}
