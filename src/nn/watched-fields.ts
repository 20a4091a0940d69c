/** What a compiled function notices of a module: its fields, and the fields and elements of the objects and lists in them. */
import { noteConstant } from "../graph/recording.js";
import { Tensor } from "../tensor/tensor.js";

interface Watched {
  readonly holder: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/** How deep lists and objects are looked into, and how many values each may have. */
const deepest = 3;
const largest = 1000;

/**
 * Returns a check that tells whether all of them still have their present values. Every call of a compiled function
 * runs it. Submodules have a check of their own, and a parameter's elements are read in each run.
 */
export function watchFields(module: object): () => boolean {
  const all: Watched[] = [];
  const visit = (object: object, depth: number): void => {
    const holder = object as Watched["holder"];
    const names = Object.keys(holder);
    const values = names.map((name) => holder[name]);
    if (!Object.isFrozen(object)) all.push({ holder, names, values });
    for (const value of values) {
      if (value instanceof Tensor) {
        if (!value.variable) noteConstant(value.node);
      } else if (depth < deepest && isWatched(value)) visit(value, depth + 1);
    }
  };
  visit(module, 0);
  return () => all.every(isUnchanged);
}

function isWatched(value: unknown): value is object {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return !Array.isArray(value) || value.length <= largest;
}

/** Every call runs this, so it makes no objects, as Object.keys would. */
function isUnchanged({ holder, names, values }: Watched): boolean {
  let i = 0;
  for (const name in holder) {
    if (name !== names[i] || !Object.is(holder[name], values[i])) return false;
    i++;
  }
  return i === names.length;
}
