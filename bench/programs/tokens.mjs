const TEXT =
  "The harbour was quiet in the early morning, and the keeper of the light wrote down the tides as she had done " +
  "for thirty years: high water at six, low water after noon, wind from the west, nothing to be seen but gulls. ";

/** Pieces of 4 to 7 characters, as models stream them. */
const PIECES = [];
for (let at = 0; at < TEXT.length;) {
  const length = 4 + (PIECES.length % 4);
  PIECES.push(TEXT.slice(at, at + length));
  at += length;
}

export function tokenAt(index) {
  return PIECES[index % PIECES.length];
}
