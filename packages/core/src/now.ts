const TIME_ORIGIN = performance.timeOrigin;

/** Milliseconds since 1970, with a fraction, on a clock that never goes back. */
export function nowUnixMs(): number {
  return TIME_ORIGIN + performance.now();
}
