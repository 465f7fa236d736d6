import { collectSecrets, Masker } from "./secrets.ts";

/** Values that have been replaced are looked for as well; with more of them than this, the oldest are not any more. */
const MAX_EARLIER = 32;

/**
 * The secrets in the process's variables, which may change: they are read again when a run starts. Earlier ones remain
 * secret: events from before are still on their way, and the agent may hold on to what it has read.
 */
export class ProcessSecrets {
  readonly #declaredVariables: readonly string[];
  #present: ReadonlyMap<string, string>;
  #masker: Masker;

  /** @param declaredVariables names of variables whose values are secret, whatever they are called. */
  constructor(declaredVariables: readonly string[]) {
    this.#declaredVariables = declaredVariables;
    this.#present = collectSecrets(process.env, declaredVariables);
    this.#masker = new Masker(this.#present);
  }

  /** Another one when the secrets have changed. */
  get masker(): Masker {
    return this.#masker;
  }

  /** @returns whether they have changed. */
  read(): boolean {
    const present = collectSecrets(process.env, this.#declaredVariables);
    if (isSame(present, this.#present)) return false;
    const earlier = [...this.#masker.secrets].filter(([value]) => !present.has(value));
    this.#present = present;
    this.#masker = new Masker(new Map([...earlier.slice(-MAX_EARLIER), ...present]));
    return true;
  }
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false;
  for (const [value, name] of one) if (other.get(value) !== name) return false;
  return true;
}
