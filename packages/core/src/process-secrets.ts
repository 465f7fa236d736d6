import { collectSecrets, Masker } from "./secrets.ts";

/** The secrets in the process's variables, which may change: they are read again when a run starts. */
export class ProcessSecrets {
  readonly #declaredVariables: readonly string[];
  #masker: Masker;

  /** @param declaredVariables names of variables whose values are secret, whatever they are called. */
  constructor(declaredVariables: readonly string[]) {
    this.#declaredVariables = declaredVariables;
    this.#masker = new Masker(collectSecrets(process.env, declaredVariables));
  }

  /** Another one when the secrets have changed. */
  get masker(): Masker {
    return this.#masker;
  }

  /** @returns whether they have changed. */
  read(): boolean {
    const secrets = collectSecrets(process.env, this.#declaredVariables);
    if (isSame(secrets, this.#masker.secrets)) return false;
    this.#masker = new Masker(secrets);
    return true;
  }
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false;
  for (const [value, name] of one) if (other.get(value) !== name) return false;
  return true;
}
