import type { JSX } from "preact";

export interface CommandProperties {
  readonly label: string;
  readonly text: string;
}

/** A piece of text to be copied. The button finds its text in the page. */
export function Command({ label, text }: CommandProperties): JSX.Element {
  return (
    <figure class="command">
      <figcaption>{label}</figcaption>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
      <button type="button" data-copy aria-label={`Copy: ${label}`}>
        Copy
      </button>
    </figure>
  );
}
