/** A sample that the same seed draws again. */
import { reproducible } from "../../src/reference/sample-inputs.js";

/** Draws `count` of the items without repetition, in the order of the items; all of them where there are no more. */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = reproducible(`sample ${seed}`);
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
