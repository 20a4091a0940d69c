/** Wraps iterables so that iterating over them shows a progress bar. */
import { kind } from "../errors/kinds.js";
import { optional, Signature } from "../errors/signature.js";
import { ProgressBar, progressParameters, type ProgressOptions } from "./progress.js";

/**
 * What `tqdm()` returns: the elements of an iterable, and the bar that they advance.
 * @example
 * const progress = tqdm([1, 2, 3], { stream: { write: () => undefined } });
 * [...progress]; // [1, 2, 3]
 * progress.n; // 3
 */
export class Progress<T> extends ProgressBar implements Iterable<T>, AsyncIterable<T> {
  /** @internal */
  constructor(
    private readonly source: Iterable<T> | AsyncIterable<T>,
    options: ProgressOptions,
  ) {
    super(options);
  }

  /** The elements of an iterable. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    try {
      for (const element of this.source as Iterable<T>) {
        yield element;
        this.advance(1);
      }
    } finally {
      this.close();
    }
  }

  /** The elements of an asynchronous iterable. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for await (const element of this.source) {
        yield element;
        this.advance(1);
      }
    } finally {
      this.close();
    }
  }
}

const iterable = kind<Iterable<unknown> | AsyncIterable<unknown>>("something to iterate over", (value) => {
  const object = Object(value) as object;
  return Symbol.iterator in object || Symbol.asyncIterator in object;
});
/** Made at the first call: bundlers cannot drop what spreads the elements of another array. */
const makeSignature = () => new Signature("tqdm", [optional("iterable", iterable, []), ...progressParameters]);
let signature: ReturnType<typeof makeSignature> | undefined;

/**
 * Wraps an iterable so that iterating over it shows a progress bar; use `for await` for an asynchronous one. Follows
 * Python's `tqdm.tqdm`.
 * @param iterable the elements
 * @param options what the bar says, and where
 * @returns the elements, with the methods of a progress bar
 * @throws ArgumentError for an option that does not exist, or something that cannot be iterated over
 * @example
 * const bar = tqdm([1, 2, 3, 4]);
 * let sum = 0;
 * for (const element of bar) {
 *   sum += element;
 *   bar.setDescription(`sum=${sum}`);
 * }
 * sum; // 10
 */
export function tqdm<T>(iterable: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions): Progress<T>;
/**
 * Makes a progress bar without an iterable, to be advanced with `update()`.
 * @param options what the bar says, and where
 * @returns the bar
 * @example tqdm({ total: 100 }).total; // 100
 */
export function tqdm(options: ProgressOptions): Progress<never>;
export function tqdm(...given: readonly unknown[]): Progress<unknown> {
  const { iterable, ...options } = (signature ??= makeSignature()).read(given);
  return new Progress(iterable, { ...options, total: options.total ?? lengthOf(iterable) } as ProgressOptions);
}

/** The number of elements, if it is known. */
function lengthOf(iterable: unknown): number | undefined {
  const { length, size } = (typeof iterable === "string" ? [...iterable] : iterable) as {
    length?: unknown;
    size?: unknown;
  };
  return [length, size].find((count) => typeof count === "number" && count >= 0) as number | undefined;
}
