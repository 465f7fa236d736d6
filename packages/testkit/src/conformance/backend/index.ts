import type { ConformanceCase } from "../case.ts";
import { books } from "./books.ts";
import { lostAnswers, reset } from "./broken-connections.ts";
import { deliversARun } from "./delivers.ts";
import { containsFailures } from "./failures.ts";
import { flushDelivers, flushTwice } from "./flush.ts";
import { flushDeadline, shutdownDeadline } from "./hanging.ts";
import { deniedKey, rejected, tooLarge } from "./refusals.ts";
import { boundedMemory } from "./memory.ts";
import { redirects } from "./redirects.ts";
import { restart } from "./restart.ts";
import { patience, retryAfter, serverErrors } from "./retries.ts";
import { secrets } from "./secrets.ts";
import { shutdownDelivers, silentAfterShutdown } from "./shutdown.ts";
import { sizeLimits } from "./size-limits.ts";
import { unreachable } from "./unreachable.ts";

/** What an exporter makes of its backend, in the order in which it is asked. */
export const BACKEND_CASES: readonly ConformanceCase[] = [
  deliversARun,
  flushDelivers,
  flushTwice,
  flushDeadline,
  shutdownDelivers,
  shutdownDeadline,
  silentAfterShutdown,
  serverErrors,
  retryAfter,
  patience,
  rejected,
  deniedKey,
  tooLarge,
  sizeLimits,
  boundedMemory,
  unreachable,
  reset,
  lostAnswers,
  containsFailures,
  restart,
  secrets,
  redirects,
  books,
];
