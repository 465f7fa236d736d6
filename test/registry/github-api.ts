import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { temporaryFolder } from "./support.ts";

export interface Issue {
  readonly number: number;
  title: string;
  body: string;
  state: "open" | "closed";
  readonly labels: readonly string[];
  readonly user: { readonly type: "Bot" | "User" };
}

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly type: "Bot" | "User" };
}

/** What the workflows use of GitHub, on loopback, with a `gh` that talks to it. */
export interface GitHub {
  readonly repository: string;
  readonly issues: Issue[];
  /** By the number of the pull request. */
  readonly comments: Map<number, Comment[]>;
  /** Of open pull requests: the newest commit, and the number. */
  readonly pullRequests: Map<string, number>;
  /** `METHOD /path` of all requests that have changed something. */
  readonly changes: string[];
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const BOT = { type: "Bot" } as const;

/** `gh api --method METHOD PATH [--input -]` */
const GH = `#!/bin/sh
case "$5" in --input) set -- "$@" --data-binary @- ;; esac
method=$3 address=$LOOPBACK_GITHUB$4
shift 4
case "$1" in --input) shift 2 ;; esac
exec curl --silent --show-error --fail --noproxy "*" --request "$method" "$@" "$address"
`;

export async function startGitHub(): Promise<GitHub> {
  const repository = "acme/registry";
  const issues: Issue[] = [];
  const comments = new Map<number, Comment[]>();
  const pullRequests = new Map<string, number>();
  const changes: string[] = [];

  function answer(method: string, url: URL, body: Record<string, unknown>): unknown {
    const path = url.pathname.replace(`/repos/${repository}`, "");
    if (method !== "GET") changes.push(`${method} ${path}`);
    if (path === "/search/issues") {
      const commit = / sha:(\w+)/.exec(url.searchParams.get("q") ?? "")?.[1] ?? "";
      const number = pullRequests.get(commit);
      return { items: number === undefined ? [] : [{ number }] };
    }
    const [, ofIssue] = /^\/issues\/(\d+)\/comments$/.exec(path) ?? [];
    const [, comment] = /^\/issues\/comments\/(\d+)$/.exec(path) ?? [];
    const [, issue] = /^\/issues\/(\d+)$/.exec(path) ?? [];
    const all = [...comments.values()].flat();
    if (ofIssue !== undefined) {
      const own = comments.get(Number(ofIssue)) ?? [];
      if (method === "GET") return paged(own, url);
      const made = { id: all.length + 1, body: String(body["body"]), user: BOT };
      comments.set(Number(ofIssue), [...own, made]);
      return made;
    }
    if (comment !== undefined) return Object.assign(all.find(({ id }) => id === Number(comment)) ?? {}, body);
    if (issue !== undefined) return Object.assign(issues.find(({ number }) => number === Number(issue)) ?? {}, body);
    if (method === "GET")
      return paged(
        issues.filter((each) => isAskedFor(each, url)),
        url,
      );
    const made = { number: issues.length + 1, state: "open", user: BOT, ...(body as object) } as Issue;
    issues.push(made);
    return made;
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      const parsed = body === "" ? {} : (JSON.parse(body) as Record<string, unknown>);
      response.end(JSON.stringify(answer(request.method ?? "", url, parsed)));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  const bin = temporaryFolder("charm-gh-");
  writeFileSync(join(bin, "gh"), GH);
  chmodSync(join(bin, "gh"), 0o755);
  const environment = {
    GITHUB_REPOSITORY: repository,
    LOOPBACK_GITHUB: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    PATH: `${bin}${delimiter}${process.env["PATH"]}`,
  };
  return {
    ...{ repository, issues, comments, pullRequests, changes, environment },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function isAskedFor({ state, labels }: Issue, url: URL): boolean {
  const label = url.searchParams.get("labels");
  return state === url.searchParams.get("state") && (label === null || labels.includes(label));
}

function paged<Value>(all: readonly Value[], url: URL): Value[] {
  const size = Number(url.searchParams.get("per_page") ?? 30);
  const page = Number(url.searchParams.get("page") ?? 1);
  return all.slice((page - 1) * size, page * size);
}
