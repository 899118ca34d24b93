/**
 * The same function of texts, which remembers what it answered last: for what the same few texts are asked again and again.
 * Undefined is not remembered.
 */
export function remembering<T>(answer: (text: string) => T, most = 1000): (text: string) => T {
  let recent = new Map<string, T>();
  let earlier = recent;
  return (text) => {
    const known = recent.get(text);
    if (known !== undefined) return known;
    const found = earlier.get(text) ?? answer(text);
    if (found === undefined) return found;
    if (recent.size >= most / 2) {
      earlier = recent;
      recent = new Map();
    }
    recent.set(text, found);
    return found;
  };
}
