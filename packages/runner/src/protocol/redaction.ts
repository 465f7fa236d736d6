import { BLANK } from "./python.ts";

// Greedy up to white space: at the end of a JSON string it takes the closing quote with it. That is upstream's rule.
const SIGNED_URL = new RegExp(`https://[a-zA-Z0-9.-]+\\.supabase\\.co/storage/v1/object/sign/[^${BLANK}]+`, "g");
const MIN_CHARACTERS = 6;

/**
 * The runner's own masking: text for text on the raw line, variable after variable, before the line is parsed.
 *
 * @param environment the run's variables, in order.
 */
export function redactor(environment: Readonly<Record<string, string>>): (line: string) => string {
  const secrets = Object.entries(environment).filter(([, value]) => Array.from(value).length >= MIN_CHARACTERS);
  return (line) => {
    let text = line.replaceAll(SIGNED_URL, "[CHARM_BUNDLE_URL_REDACTED]");
    for (const [name, value] of secrets) text = text.replaceAll(value, () => `[${name}_REDACTED]`);
    return text;
  };
}
