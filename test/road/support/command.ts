import { spawn } from "node:child_process";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Nothing of the tools, the CI and the terminal that run this test. */
export function plainEnvironment(): Environment {
  const ours =
    /^(?:npm_|pnpm_|yarn_|CI$|GITHUB_|NODE_|VITEST|CHARM_|DD_|ACME_|FORCE_COLOR|NO_COLOR|TEST$|DEV$|PROD$|MODE$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name) || name === "NODE_EXTRA_CA_CERTS");
  return { ...Object.fromEntries(kept), PATH: ownPath(), TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
}

/** Without the repository's own tools, which a package manager has put in front. */
function ownPath(): string {
  return (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => !folder.endsWith("node_modules/.bin"))
    .join(":");
}

/** Runs a command to its end, with nothing to read. */
export function command(
  cwd: string,
  file: string,
  args: readonly string[],
  environment: Environment = {},
): Promise<Ended> {
  const child = spawn(file, args, {
    cwd,
    env: { ...plainEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** @throws Error with all that a command has said, unless it has succeeded. */
export async function succeed(running: Promise<Ended>): Promise<Ended> {
  const ended = await running;
  if (ended.code !== 0) throw new Error(`exit code ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
}
