/** Somebody's ordinary use of a variation selector: after an emoji, or after a Chinese character. */
const VARIATION = /(?:(?<=[\p{Emoji}\u20E3])[\uFE0E\uFE0F]|(?<=\p{Script=Han})[\u{E0100}-\u{E01EF}])/uy;

const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["a control character", /[\p{Cc}\p{Zl}\p{Zp}]/u],
  ["a character that turns the direction of text", /\p{Bidi_Control}/u],
  ["a private-use character", /\p{Co}/u],
  ["no character", /\p{Noncharacter_Code_Point}/u],
  ["invisible", /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]/u],
];
const ANY = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Marks upon marks, which run over the lines around them. */
const PILE = /(?<=\p{Mn}{4})\p{Mn}/u;

/** The first character of a text that people cannot see, or that changes how they see others. */
export function invisibleCharacter(text: string): { character: string; kind: string; offset: number } | undefined {
  for (const { 0: character, index: offset } of text.matchAll(ANY)) {
    VARIATION.lastIndex = offset;
    if (VARIATION.test(text)) continue;
    return { character, kind: KINDS.find(([, pattern]) => pattern.test(character))?.[0] ?? "invisible", offset };
  }
  const pile = PILE.exec(text);
  return pile === null ? undefined : { character: pile[0], kind: "the fifth mark on one letter", offset: pile.index };
}
