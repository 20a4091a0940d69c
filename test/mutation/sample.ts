/** A sample that the same seed draws again. */

/** Draws `count` of the items without repetition, in the order of the items; all of them where there are no more. */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = mulberry32(seed);
  const places = items.map((_, place) => place);
  const drawn: number[] = [];
  while (drawn.length < count && places.length > 0) {
    const at = Math.floor(random() * places.length);
    drawn.push(places[at]!);
    places[at] = places.at(-1)!;
    places.pop();
  }
  return drawn.sort((a, b) => a - b).map((place) => items[place]!);
}

/** A small generator of uniform numbers in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
