const POLICY: readonly string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

/** For hosts that take no headers, such as GitHub Pages: each page has it in its head. */
export const POLICY_IN_PAGE: string = POLICY.join("; ");

/** What a host should send with each file. `frame-ancestors` has no effect in a page. */
export const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [...POLICY, "frame-ancestors 'none'"].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "strict-origin-when-cross-origin",
  "x-content-type-options": "nosniff",
};
