/** Holds a key so that printing, inspecting or serialising whatever contains it shows a placeholder. */
export class Secret {
  readonly #value: string;
  /** The environment variable that it came from: what messages may name. */
  readonly variable: string;

  constructor(value: string, variable: string) {
    this.#value = value;
    this.variable = variable;
  }

  /** The key itself; only for the header that carries it. */
  reveal(): string {
    return this.#value;
  }

  /** `text` with the key replaced by its variable's name. */
  redact(text: string): string {
    return this.#value === "" ? text : text.replaceAll(this.#value, this.toString());
  }

  toString(): string {
    return `[${this.variable}_REDACTED]`;
  }

  toJSON(): string {
    return this.toString();
  }
}
