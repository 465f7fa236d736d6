/** Finds secrets in text and in values, and puts the name of their variable in their place. */

const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|DSN|AUTH/i;
const MIN_SECRET_LENGTH = 8;
// Words, numbers and booleans are settings, not secrets: masking `thinking` or `12345678` would only damage text.
const PLAIN = /^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+|[+-]?[\d.]+|true|false)$/;

interface TokenShape {
  readonly name: string;
  /** Text without any of these cannot hold the shape: a search for them is much cheaper than the pattern. */
  readonly hints: readonly string[];
  readonly pattern: RegExp;
}

const TOKEN_SHAPES: readonly TokenShape[] = [
  { name: "OPENAI_KEY", hints: ["sk-"], pattern: /\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}/g },
  { name: "LANGSMITH_KEY", hints: ["lsv2_"], pattern: /\blsv2_[a-z]{2}_[0-9a-f]{32}(?:_[0-9a-f]{10})?/g },
  {
    name: "GITHUB_TOKEN",
    hints: ["gh", "github_pat_"],
    pattern: /\b(?:gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/g,
  },
  { name: "AWS_KEY", hints: ["AKIA", "ASIA"], pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: "SLACK_TOKEN", hints: ["xox"], pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  { name: "GOOGLE_KEY", hints: ["AIza"], pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { name: "NPM_TOKEN", hints: ["npm_"], pattern: /\bnpm_[A-Za-z0-9]{36}/g },
  { name: "STRIPE_KEY", hints: ["k_live_", "k_test_"], pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  { name: "JWT", hints: ["eyJ"], pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g },
  { name: "BEARER", hints: ["earer "], pattern: /\b(?<=[Bb]earer )[A-Za-z0-9._~+/-]{16,}=*/g },
  {
    name: "PRIVATE_KEY",
    hints: ["PRIVATE KEY-----"],
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  },
  {
    name: "URL_PASSWORD",
    hints: ["://"],
    pattern: /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,100}:)[^\s/:@]{3,}(?=@)/g,
  },
  // The runner cuts such URLs up to the next blank, closing quote included, and then loses the event: cut them first.
  {
    name: "CHARM_BUNDLE_URL",
    hints: [".supabase.co/storage/v1/object/sign/"],
    pattern: /https:\/\/[a-zA-Z0-9.-]+\.supabase\.co\/storage\/v1\/object\/sign\/[^\s"\\]+/g,
  },
];

const MIN_SHAPE_LENGTH = 16;

/**
 * The environment's secrets, value to name: variables that look secret by name, and those that `named` lists.
 *
 * @param named variables that `charm.yaml` declares under `environment_variables`.
 */
export function collectSecrets(environment: NodeJS.ProcessEnv, named: Iterable<string> = []): Map<string, string> {
  const declared = new Set(named);
  const secrets = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || value.length < MIN_SECRET_LENGTH) continue;
    if (!declared.has(name) && !SECRET_NAME.test(name)) continue;
    if (PLAIN.test(value) || secrets.has(value)) continue;
    secrets.set(value, name);
  }
  return secrets;
}

/** Masks one set of secrets. Make a new one when the environment has changed. */
export class Masker {
  /** What it was made of: crosses to the host's thread, where a masker of the same secrets is made. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Text shorter than this is left alone unseen. */
  readonly shortest: number;
  readonly #literals: RegExp | undefined;
  readonly #names = new Map<string, string>();

  constructor(secrets: ReadonlyMap<string, string> = new Map()) {
    this.secrets = secrets;
    for (const [value, name] of secrets)
      for (const form of writtenForms(value)) if (!this.#names.has(form)) this.#names.set(form, name);
    // Longest first: of two secrets where one begins with the other, the longer is masked whole.
    const forms = [...this.#names.keys()].sort((a, b) => b.length - a.length);
    this.shortest = Math.min(MIN_SHAPE_LENGTH, forms.at(-1)?.length ?? MIN_SHAPE_LENGTH);
    // Apart from the shapes: joined into one expression they take three times as long.
    this.#literals =
      forms.length === 0
        ? undefined
        : new RegExp(forms.map((form) => form.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|"), "g");
  }

  mask(text: string): string {
    if (text.length < this.shortest) return text;
    let masked = text;
    if (this.#literals !== undefined)
      masked = masked.replaceAll(this.#literals, (form) => `[${this.#names.get(form) ?? "SECRET"}_REDACTED]`);
    for (const shape of TOKEN_SHAPES) {
      if (shape.hints.some((hint) => masked.includes(hint)))
        masked = masked.replaceAll(shape.pattern, `[${shape.name}_REDACTED]`);
    }
    return masked;
  }

  /**
   * A copy of a snapshotted value (plain objects, arrays, primitives) with every string masked, keys included.
   * Returns the value itself where nothing had to be masked.
   */
  maskValue<Value>(value: Value): Value;
  maskValue(value: unknown): unknown {
    if (typeof value === "string") return this.mask(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      const items = value.map((item: unknown) => this.maskValue(item));
      return items.some((item, index) => item !== value[index]) ? items : value;
    }
    const entries = Object.entries(value);
    const masked = entries.map(([key, item]: [string, unknown]) => [this.mask(key), this.maskValue(item)] as const);
    const isSame = masked.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index]?.[1]);
    if (isSame) return value;
    const copy: Record<string, unknown> = {};
    for (const [key, item] of masked)
      Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true, configurable: true });
    return copy;
  }
}

/** How a secret may appear in text: as it is, inside a JSON string (also with non-ASCII escaped), in a URL. */
function writtenForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const forms = [value, json, ascii, JSON.stringify(json).slice(1, -1)];
  if (!/\p{Surrogate}/u.test(value)) {
    const url = encodeURIComponent(value);
    forms.push(
      url,
      url.replaceAll("%20", "+"),
      url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      encodeURI(value),
    );
  }
  return [...new Set(forms)];
}
