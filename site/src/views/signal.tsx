import type { JSX } from "preact";

const BARS = 6;
const SIZE = 32;

/** A mark for each exporter: a few bars of a signal, always the same for an id. */
export function Signal({ id }: { readonly id: string }): JSX.Element {
  const seed = hash(id);
  const bars = Array.from({ length: BARS }, (_, index) => {
    const height = 2 + ((seed >>> (index * 4)) & 15) * 0.56;
    const x = 5.5 + index * 4.2;
    return `M${round(x)} ${round(SIZE / 2 - height)}v${round(height * 2)}`;
  });
  return (
    <svg class={`signal hue-${seed % 8}`} viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true">
      <path d={bars.join("")} />
    </svg>
  );
}

/** The mark of the site itself, as in its icon. */
export function Brand(): JSX.Element {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M6.5 13v6M11.25 9v14M16 5.5v21M20.75 11v10M25.5 14v4" />
    </svg>
  );
}

/** The same idea, large: three waves that meet, for the head of the list. */
export function Spectrum(): JSX.Element {
  const bars = Array.from({ length: 44 }, (_, index) => {
    const wave = Math.sin(index * 0.31) * 0.5 + Math.sin(index * 0.83 + 1.2) * 0.3 + Math.sin(index * 2.1) * 0.2;
    const height = round(8 + 46 * Math.abs(wave) * Math.sin((Math.PI * (index + 1)) / 45));
    return `M${4 + index * 8} ${round(60 - height)}v${round(height * 2)}`;
  });
  return (
    <svg class="spectrum" viewBox="0 0 352 120" aria-hidden="true">
      <path d={bars.join("")} />
    </svg>
  );
}

/** FNV-1a, 32 bits, mixed once more: neighbouring names should look unlike. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
