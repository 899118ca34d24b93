/** The number of code points, which is nearly what people count: an emoji is usually one, not two. */
export function lengthOf(text: string): number {
  return [...text].length;
}

/**
 * Finds characters that nobody sees: two texts that differ by them look the same. It allows joiners between letters and the selectors
 * that turn a sign into an emoji, because Persian, Indic languages and emojis need them.
 */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text.replace(JOINING, ''));
}

/** Latin, Greek and Cyrillic have letters that look alike, and no language mixes them in a word. */
export function mixesScripts(text: string): boolean {
  return ALIKE.filter((script) => script.test(text)).length > 1;
}

const JOINING =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\ufe0f\p{Emoji_Modifier}])[\u200c\u200d](?=[\p{L}\p{Extended_Pictographic}])|(?<=[\p{Extended_Pictographic}\d#*])[\ufe0e\ufe0f]/gu;
/** U+2800 is a braille cell without dots, U+FFF9 to U+FFFB mark annotations, and half a surrogate pair is no character. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|[\p{Zl}\p{Zp}\p{Cs}\u2800\ufff9-\ufffb]/u;
const ALIKE = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u];
