/**
 * Where a backend's paths begin, as people write it into a variable.
 *
 * @returns the URL without slashes at its end, so that a path can follow. Nothing for what is no http(s) URL, or holds a
 *   user, a query or a fragment.
 */
export function parseBaseUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return undefined;
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return undefined;
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/** This machine: what is sent there crosses no network. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
}
