import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { shown } from "../finding.ts";

/** Starts Node where it has no network, no environment, nothing to read but what is shown to it, and nowhere to write. */
export interface Sandbox {
  start(args: readonly string[], options: SandboxOptions): ChildProcess;
}

export interface SandboxOptions {
  /** Folders that can be read, at their own paths. */
  readonly folders: readonly string[];
  /** An empty folder: the root of what the process sees is mounted on it, for that process alone. */
  readonly root: string;
  /** After which the process and its children are killed, even if the one that started them has gone. */
  readonly timeoutMs: number;
  readonly maxHeapMb: number;
}

/**
 * Run by `sh` in new namespaces, as their root: makes a file system of its own out of the system's folders, Node, and
 * the folders given, none of which can be written to, and an empty /tmp in memory. Then gives up all rights, for good.
 */
const SET_UP = `
set -eu
root=$1 node=$2 seconds=$3 memory=$4 folders=$5
shift 5
mount -t tmpfs -o mode=755,size=8m,nosuid tmpfs "$root"
show() {
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$(dirname "$root$1")"; : > "$root$1"; fi
  mount --bind "$1" "$root$1"
  mount -o remount,bind,ro,nosuid"\${2-,nodev}" "$root$1"
}
mkdir -p "$root/tmp" "$root/etc" "$root/proc"
mount -t tmpfs -o mode=1777,size=16m,nosuid,nodev tmpfs "$root/tmp"
show /usr
for each in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$each" ]; then ln -s "$(readlink "/$each")" "$root/$each"; elif [ -d "/$each" ]; then show "/$each"; fi
done
for each in null zero random urandom; do show "/dev/$each" ""; done
# Not all of /proc: root's files in it can be written to without any right.
for each in cpuinfo meminfo stat; do cat "/proc/$each" > "$root/proc/$each"; done
echo root:x:0:0::/tmp:/bin/false > "$root/etc/passwd"
case $node in /usr/*) ;; *) show "$node" ;; esac
while [ "$folders" -gt 0 ]; do show "$1"; shift; folders=$((folders - 1)); done
mount -o remount,bind,ro "$root"
echo 0 > /proc/sys/user/max_user_namespaces
exec prlimit --nproc=64 --data="$memory" --fsize=16777216 --nofile=256 --core=0 \\
  chroot "$root" /usr/bin/env -i /usr/bin/timeout -s KILL "$seconds" \\
  /usr/bin/setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs "$node" "$@"
`;

const UNSHARE = ["--user", "--map-root-user", "--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"];
const NOBODY = 65_534;
const MIB = 1024 * 1024;

/** Where system administrators' commands are, which the PATH of others need not name. */
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

class Namespaces implements Sandbox {
  readonly #user: { readonly uid?: number; readonly gid?: number };

  constructor(user: { readonly uid?: number; readonly gid?: number }) {
    this.#user = user;
  }

  start(args: readonly string[], { folders, root, timeoutMs, maxHeapMb }: SandboxOptions): ChildProcess {
    const seconds = Math.ceil(timeoutMs / 1000);
    // Stacks of threads and buffers are outside of the heap, and Node 24 sets 512 MiB aside for code.
    const memory = (maxHeapMb * 3 + 768) * MIB;
    const given = [root, process.execPath, seconds, memory, folders.length].map(String);
    const node = [`--max-old-space-size=${maxHeapMb}`, ...args];
    return spawn("unshare", [...UNSHARE, "sh", "-c", SET_UP, "sh", ...given, ...folders, ...node], {
      ...this.#user,
      cwd: "/",
      env: { PATH },
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
  }
}

/** A sandbox, or the reason why there can be none here. */
export type FoundSandbox = { readonly sandbox: Sandbox } | { readonly reason: string };

let found: Promise<FoundSandbox> | undefined;

/** Looks for one once per process: Linux with user namespaces, and the commands of util-linux. */
export function findSandbox(): Promise<FoundSandbox> {
  found ??= search();
  return found;
}

async function search(): Promise<FoundSandbox> {
  if (process.platform !== "linux") return { reason: `there are no Linux namespaces on ${process.platform}` };
  // What root starts has root's files to itself though not root's rights: nobody is better, where nobody can read Node.
  const users = process.getuid?.() === 0 ? [{ uid: NOBODY, gid: NOBODY }, {}] : [{}];
  let reason = "";
  for (const user of users) {
    const sandbox = new Namespaces(user);
    const problem = await tryOut(sandbox);
    if (problem === undefined) return { sandbox };
    reason = problem;
  }
  return { reason };
}

async function tryOut(sandbox: Sandbox): Promise<string | undefined> {
  const root = await mkdtemp(join(tmpdir(), "charm-sandbox-"));
  try {
    const child = sandbox.start(["--eval", "process.stdout.write('works')"], {
      folders: [],
      root,
      timeoutMs: 10_000,
      maxHeapMb: 64,
    });
    child.stdin?.on("error", () => {}).end();
    const ended = new Promise<unknown>((settle) => child.once("error", settle).once("close", () => settle(undefined)));
    const [output, complaint] = await Promise.all([allOf(child.stdout), allOf(child.stderr)]);
    const error = await ended;
    if (output === "works") return undefined;
    return error instanceof Error ? error.message : shown(complaint.trim().split("\n")[0] ?? "");
  } catch (error) {
    return (error as Error).message; // some of what a system refuses is thrown
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function allOf(stream: Readable | null): Promise<string> {
  return stream === null ? "" : text(stream);
}
