import type { Found } from "./redact.ts";

/** Secrets that give themselves away: the shapes of well-known tokens. */

interface TokenShape {
  readonly name: string;
  /** Text without any of these cannot hold the shape: a search for them is much cheaper than the pattern. */
  readonly hints: readonly string[];
  /** Takes time in proportion to the text, whatever the text: agents print what strangers have written. */
  readonly pattern: RegExp;
  /** Keys without a digit are as good as unheard of; names like `sk-toggleable-content-label` are not. */
  readonly hasDigit?: boolean;
}

const SHAPES: readonly TokenShape[] = [
  { name: "OPENAI_KEY", hints: ["sk-"], pattern: /\bsk-[A-Za-z0-9_-]{20,}/g, hasDigit: true },
  { name: "LANGSMITH_KEY", hints: ["lsv2_"], pattern: /\blsv2_[a-z]{2}_[0-9a-f]{32}(?:_[0-9a-f]{10})?/g },
  {
    name: "API_KEY", // Groq, Hugging Face, xAI, Tavily, Perplexity, Replicate, GitLab, Sentry, Google OAuth
    hints: ["gsk_", "hf_", "xai-", "tvly-", "pplx-", "r8_", "glpat-", "sntrys_", "sntryu_", "ya29."],
    pattern: /\b(?:gsk_|hf_|xai-|tvly-|pplx-|r8_|glpat-|sntry[su]_|ya29\.)[A-Za-z0-9_-]{20,}/g,
    hasDigit: true,
  },
  {
    name: "GITHUB_TOKEN",
    hints: ["gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_"],
    pattern: /\b(?:gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/g,
  },
  { name: "AWS_KEY", hints: ["AKIA", "ASIA"], pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: "SLACK_TOKEN", hints: ["xox"], pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  { name: "GOOGLE_KEY", hints: ["AIza"], pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { name: "NPM_TOKEN", hints: ["npm_"], pattern: /\bnpm_[A-Za-z0-9]{36}/g },
  { name: "STRIPE_KEY", hints: ["k_live_", "k_test_"], pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  {
    name: "JWT",
    hints: ["eyJ"],
    // Starts where a run of such characters does, not at every hyphen: else each start reads the rest of the run again.
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  },
  {
    name: "BEARER",
    hints: ["bearer", "Bearer"],
    pattern: /(?<=\b[Bb]earer(?: |\+|%20))[A-Za-z0-9._~+/-]{16,}=*/g,
    hasDigit: true,
  },
  {
    name: "BASIC_AUTH",
    hints: ["authorization", "Authorization"],
    pattern:
      /(?<=\b[Aa]uthorization["'\\]{0,4}\s{0,3}[:=]\s{0,3}["'\\]{0,4}[Bb]asic(?: |\+|%20))[A-Za-z0-9+/_-]{8,}={0,2}/g,
  },
  {
    name: "PRIVATE_KEY",
    hints: ["PRIVATE KEY"],
    // One that has been cut has no end: all that follows may belong to it.
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  {
    name: "URL_PASSWORD",
    hints: ["@"], // much rarer than "://"
    // To the last @ before the host: passwords hold an unencoded one more often than they should.
    pattern: /(?<=:\/\/[^\s/:@"'<>\\]{0,100}:)(?!\[)[^\s/"'<>\\]{3,}(?=@)/g,
  },
  {
    name: "URL_PASSWORD", // in a URL inside a URL
    hints: ["%3A", "%3a"], // the other two codes may be written in either case
    pattern: /(?<=%3A%2F%2F[^\s%/:@"'<>\\]{0,100}%3A)(?!\[)(?:(?!%2F)[^\s/"'<>\\&]){3,}(?=%40)/gi,
  },
  {
    name: "CHARM_BUNDLE_URL",
    // The runner cuts such URLs up to the next blank, closing quote included, and then loses the event: cut them first.
    hints: [".supabase.co/storage/v1/object/sign/"],
    pattern: /https:\/\/[a-zA-Z0-9.-]+\.supabase\.co\/storage\/v1\/object\/sign\/[^\s"\\]+/g,
  },
];

// Rarest first, as they are in prose and in code: a search for a rare character passes over most text.
const RARE_CHARACTERS = "@%JYzjxKBA_-.".split("");

// Most text holds none of the hints, and to find that out with one expression is far cheaper than one by one.
const ANY_HINT = anyOf(SHAPES.flatMap(({ hints }) => hints));
const DIGIT = /\d/;

/** Adds to `found` where tokens are in `text`. */
export function findTokens(text: string, found: Found[]): void {
  if (!ANY_HINT.test(text)) return;
  for (const { name, hints, pattern, hasDigit } of SHAPES) {
    if (!hints.some((hint) => text.includes(hint))) continue;
    for (const { 0: token, index: start } of text.matchAll(pattern))
      if (hasDigit !== true || DIGIT.test(token)) found.push({ start, end: start + token.length, name });
  }
}

/** Finds any of `texts` by the rarest character of each, and looks around from there. */
function anyOf(texts: readonly string[]): RegExp {
  const byCharacter = new Map<string, string[]>();
  for (const text of new Set(texts)) {
    const rarest = RARE_CHARACTERS.find((character) => text.includes(character)) ?? text.slice(0, 1);
    const end = text.indexOf(rarest) + 1;
    const around = `(?<=${escaped(text.slice(0, end))})(?=${escaped(text.slice(end))})`;
    byCharacter.set(rarest, [...(byCharacter.get(rarest) ?? []), around]);
  }
  const groups = [...byCharacter].map(([character, arounds]) => `${escaped(character)}(?:${arounds.join("|")})`);
  return new RegExp(groups.join("|"));
}

function escaped(text: string): string {
  return text.replaceAll(".", "\\.");
}
