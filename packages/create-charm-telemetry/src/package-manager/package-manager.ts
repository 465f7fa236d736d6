import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ScaffoldError } from "../scaffold-error.ts";

export const PACKAGE_MANAGERS = ["npm", "pnpm", "yarn", "bun"] as const;
export type PackageManagerName = (typeof PACKAGE_MANAGERS)[number];

export interface PackageManager {
  readonly name: PackageManagerName;
  /** Unknown where only a lock file or a flag has said the name. */
  readonly version?: string | undefined;
}

const LOCK_FILES: readonly (readonly [string, PackageManagerName])[] = [
  ["package-lock.json", "npm"],
  ["npm-shrinkwrap.json", "npm"],
  ["pnpm-lock.yaml", "pnpm"],
  ["yarn.lock", "yarn"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
];

/** For a CI that knows none: the newest that there were when this was written. */
const VERSIONS: Readonly<Record<PackageManagerName, string>> = {
  npm: "11.19.1",
  pnpm: "12.21.0",
  yarn: "4.18.1",
  bun: "1.4.5",
};

/**
 * The package manager of a scaffold: the one that was asked for, else that of the project around it (its
 * `packageManager` field, then its lock file), else the one that runs this program, else npm.
 *
 * @throws ScaffoldError `pm-unknown`
 */
export function choosePackageManager(
  flag: string | undefined,
  directory: string,
  environment: NodeJS.ProcessEnv,
): PackageManager {
  const agent = fromUserAgent(environment["npm_config_user_agent"] ?? "");
  if (flag !== undefined) {
    const chosen = parsePackageManager(flag);
    if (chosen === undefined)
      throw new ScaffoldError("pm-unknown", `${JSON.stringify(flag)}; want npm, pnpm, yarn or bun`, 2);
    return chosen.version === undefined && agent?.name === chosen.name ? agent : chosen;
  }
  return ofProject(directory) ?? agent ?? { name: "npm" };
}

/** `pnpm` or `pnpm@9.1.0`, as in the field `packageManager`. */
export function parsePackageManager(text: string): PackageManager | undefined {
  const match = /^(npm|pnpm|yarn|bun)(?:@(\d+\.\d+\.\d+[\w.-]*)(?:\+.*)?)?$/.exec(text);
  if (match === null) return undefined;
  const [, name, version] = match;
  return { name: name as PackageManagerName, ...(version === undefined ? {} : { version }) };
}

export function formatPackageManager({ name, version }: PackageManager): string {
  return version === undefined ? name : `${name}@${version}`;
}

/** `pnpm/9.1.0 npm/? node/v20.19.0 linux x64` */
function fromUserAgent(userAgent: string): PackageManager | undefined {
  return parsePackageManager(userAgent.split(" ")[0]?.replace("/", "@") ?? "");
}

/** Looks upwards, as far as the folder of the repository. */
function ofProject(directory: string): PackageManager | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const found = fromField(join(folder, "package.json")) ?? fromLockFile(folder);
    if (found !== undefined) return found;
    if (existsSync(join(folder, ".git")) || dirname(folder) === folder) return undefined;
  }
}

function fromField(path: string): PackageManager | undefined {
  try {
    const { packageManager } = JSON.parse(readFileSync(path, "utf8")) as { packageManager?: unknown };
    return typeof packageManager === "string" ? parsePackageManager(packageManager) : undefined;
  } catch {
    return undefined;
  }
}

function fromLockFile(folder: string): PackageManager | undefined {
  const found = LOCK_FILES.find(([file]) => existsSync(join(folder, file)));
  return found === undefined ? undefined : { name: found[1] };
}

/** What people type. */
export interface Commands {
  readonly install: string;
  readonly add: string;
  readonly test: string;
  /** Before a script's name. */
  readonly run: string;
  /** Before the name of a command that a dependency brings. */
  readonly execute: string;
  /** Before the name of a package that is fetched to run its command. */
  readonly fetch: string;
}

export const COMMANDS: Readonly<Record<PackageManagerName, Commands>> = {
  npm: {
    install: "npm install",
    add: "npm install",
    test: "npm test",
    run: "npm run",
    execute: "npx",
    fetch: "npx",
  },
  pnpm: {
    install: "pnpm install",
    add: "pnpm add",
    test: "pnpm test",
    run: "pnpm run",
    execute: "pnpm exec",
    fetch: "pnpm dlx",
  },
  // Its first version fetches nothing.
  yarn: {
    install: "yarn install",
    add: "yarn add",
    test: "yarn test",
    run: "yarn run",
    execute: "yarn run",
    fetch: "npx",
  },
  // `bun test` is Bun's own test runner.
  bun: {
    install: "bun install",
    add: "bun add",
    test: "bun run test",
    run: "bun run",
    execute: "bunx",
    fetch: "bunx",
  },
};

/** What a workflow runs, on a machine that has Node and npm alone. */
export function workflowCommands({ name, version = VERSIONS[name] }: PackageManager): {
  readonly install: string;
  readonly run: string;
} {
  if (name === "npm") return { install: "npm ci", run: "npm run" };
  // Yarn is called otherwise on npm since its second version, and so is the flag.
  const isOldYarn = name === "yarn" && version.startsWith("1.");
  const isYarn = name === "yarn" && !isOldYarn;
  const command = isYarn ? `npx --yes --package @yarnpkg/cli-dist@${version} yarn` : `npx --yes ${name}@${version}`;
  return { install: `${command} install ${isYarn ? "--immutable" : "--frozen-lockfile"}`, run: `${command} run` };
}
