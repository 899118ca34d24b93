/**
 * The same function of texts, which remembers what it answered last: for what the same few texts are asked again and again.
 * Undefined is not remembered. What else it is told must make no difference where the text is the same.
 */
export function remembering<T, More extends readonly unknown[] = []>(
  answer: (text: string, ...more: More) => T,
  most = 1000,
): (text: string, ...more: More) => T {
  let recent = new Map<string, T>();
  let earlier = recent;
  return (text, ...more) => {
    const known = recent.get(text);
    if (known !== undefined) return known;
    const found = earlier.get(text) ?? answer(text, ...more);
    if (found === undefined) return found;
    if (recent.size >= most / 2) {
      earlier = recent;
      recent = new Map();
    }
    recent.set(text, found);
    return found;
  };
}
