/**
 * Makes `model(x)` possible: each instance is a function. The constructor returns an arrow function whose prototype is
 * that of the class being constructed. So subclasses' class fields land on the function, `instanceof` works, and
 * calling it runs its method of the name `runForward`, a symbol, so that a subclass may have a field `call`. The arrow function's own `name` and `length` are removed, because modules may have fields
 * with these names.
 * @internal
 */
export const runForward = Symbol("runForward");

/** @internal */
export abstract class Callable {
  constructor() {
    const self = (...inputs: unknown[]): unknown => (self as unknown as Callable)[runForward](inputs);
    delete (self as { name?: string }).name;
    delete (self as { length?: number }).length;
    return Object.setPrototypeOf(self, new.target.prototype) as this;
  }

  protected abstract [runForward](inputs: readonly unknown[]): unknown;
}
