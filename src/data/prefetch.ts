/** Making batches before they are needed: while other threads compute, or in the pauses of an asynchronous loop. */
import { currentEngine } from "../runtime/realize.js";

/**
 * Iterates over batches. Each batch but the first is made as soon as the next computation begins, or on request if none
 * has begun by then.
 * @param next returns a function that makes the next batch, or undefined if there is none
 */
export function* madeMeanwhile<B>(next: () => (() => B) | undefined): IterableIterator<B> {
  let made: { readonly batch: B } | undefined;
  let takeBack = (): void => undefined;
  try {
    for (let make = next(); make;) {
      takeBack();
      const { batch } = made ?? { batch: make() };
      made = undefined;
      const following = next();
      if (following) takeBack = currentEngine().waitingWork.add(() => (made = { batch: following() }));
      yield batch;
      make = following;
    }
  } finally {
    takeBack();
  }
}

/** Iterates over the results of another iterator, and fetches up to `most` of them ahead in idle moments. */
export function madeInIdleMoments<B>(source: IterableIterator<B>, most: number): AsyncIterableIterator<B> {
  return new AheadIterator(source, most);
}

class AheadIterator<B> implements AsyncIterableIterator<B> {
  /** The results that were made ahead. Each function returns its result, or throws the error that occurred instead. */
  private readonly ready: (() => IteratorResult<B>)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly source: IterableIterator<B>,
    private readonly most: number,
  ) {}

  async next(): Promise<IteratorResult<B>> {
    const result = (this.ready.shift() ?? (() => this.source.next()))();
    if (!result.done) this.plan();
    return Promise.resolve(result);
  }

  async return(): Promise<IteratorResult<B>> {
    clearTimeout(this.timer);
    this.ready.length = 0;
    this.source.return?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.ready.length < this.most) this.timer = setTimeout(() => this.makeOne(), 0);
  }

  private makeOne(): void {
    try {
      const result = this.source.next();
      this.ready.push(() => result);
      if (!result.done) this.plan();
    } catch (error) {
      this.ready.push(() => {
        throw error;
      });
    }
  }
}
