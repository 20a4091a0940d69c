/**
 * How many columns a text takes on a terminal: two for an East Asian wide character or an emoji, none for combining marks,
 * joiners and escape sequences. Unicode Standard Annex 11, East Asian Width, and the sequences of UTS 51, Emoji.
 */

/** What takes no column of its own: combining marks, format characters, skin tones, and vowels of Korean syllables. */
const EXTENSION = String.raw`[\p{Mn}\p{Me}\p{Cf}\p{Emoji_Modifier}\u1160-\u11ff]`;
const ESCAPE = String.raw`\x1b\[[;\d]*[A-Za-z]`;
/** An escape sequence, a flag, or a character with what belongs to it; a zero-width joiner joins emoji into one. */
const PARTS = new RegExp(
  String.raw`${ESCAPE}|\p{RI}{2}|[^]${EXTENSION}*(?:(?<=\u200d)\p{Extended_Pictographic}${EXTENSION}*)*`,
  "gu",
);
const NO_COLUMN = new RegExp(String.raw`^(?:${ESCAPE}|(?![\u{1f3fb}-\u{1f3ff}\xad])${EXTENSION}|\p{Cc})`, "u");
/** The ranges of East Asian Width W and F, without those that Emoji_Presentation covers. */
const WIDE = new RegExp(
  String.raw`^(?:\p{Emoji_Presentation}|\p{RI}|[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf` +
    String.raw`\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6` +
    String.raw`\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|.*\ufe0f)`,
  "u",
);

function columnsOfPart(part: string): number {
  if (NO_COLUMN.test(part)) return 0;
  return WIDE.test(part) ? 2 : 1;
}

/** The number of columns that a text takes. */
export function columnsOf(text: string): number {
  return (text.match(PARTS) ?? []).reduce((sum, part) => sum + columnsOfPart(part), 0);
}

/** The beginning of a text that takes at most so many columns. Colours that it has set end with it. */
export function cutToColumns(text: string, most: number): string {
  let columns = 0;
  const kept = (text.match(PARTS) ?? []).filter((part) => (columns += columnsOfPart(part)) <= most);
  return kept.some((part) => part.startsWith("\x1b")) ? `${kept.join("")}\x1b[0m` : kept.join("");
}
