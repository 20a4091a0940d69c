/**
 * What makes `model(x)` possible: an object that is a function. The constructor returns an arrow function with the
 * prototype of the class that is being made, so the class fields of subclasses land on it, `instanceof` works, and
 * calling it calls `call()`. Its own `name` and `length` are removed: modules may have fields of these names.
 * @internal
 */
export abstract class Callable {
  constructor() {
    const self = (...inputs: unknown[]): unknown => (self as unknown as Callable).call(inputs);
    delete (self as { name?: string }).name;
    delete (self as { length?: number }).length;
    return Object.setPrototypeOf(self, new.target.prototype) as this;
  }

  protected abstract call(inputs: readonly unknown[]): unknown;
}
