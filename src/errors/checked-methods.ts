/** Methods that read their arguments by a table, so that nothing that they do not take is dropped. */
import { ArgumentError } from "./errors.js";
import { Signature, type Parameter } from "./signature.js";

type Method = (...given: readonly unknown[]) => unknown;

/** What methods take: their names, with spaces between them, and their parameters. */
export type MethodTable = readonly (readonly [names: string, parameters: readonly Parameter[]])[];

/** The names of the methods along a prototype chain, but for those of every object, and for those that users define. */
export function methodsOf(prototype: object): string[] {
  const names: string[] = [];
  for (let type = prototype; type !== Object.prototype; type = Object.getPrototypeOf(type) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      if (typeof value === "function" && !["constructor", "wrap", "forward"].includes(name)) names.push(name);
    }
  }
  return names;
}

/**
 * Wraps the methods of a prototype, and of those it extends, so that they check their arguments.
 * @param table what they take; a method that is missing takes nothing
 * @param readers methods that read their arguments in another way
 */
export function checkMethods(
  prototype: object,
  table: MethodTable,
  readers: ReadonlyMap<string, (given: readonly unknown[]) => readonly unknown[]> = new Map(),
): void {
  const known = new Map(
    table.flatMap(([names, parameters]) => names.split(" ").map((name) => [name, parameters] as const)),
  );
  for (const name of methodsOf(prototype)) {
    const signature = new Signature(name, known.get(name) ?? []);
    wrap(prototype, name, readers.get(name) ?? ((given) => signature.list(given)));
  }
}

/** Wraps those methods of a prototype that are in the table: the others are for subclasses. */
export function checkListed(prototype: object, table: MethodTable): void {
  for (const [names, parameters] of table) {
    for (const name of names.split(" ")) {
      const signature = new Signature(name, parameters);
      wrap(prototype, name, (given) => signature.list(given));
    }
  }
}

function wrap(prototype: object, name: string, read: (given: readonly unknown[]) => readonly unknown[]): void {
  let owner = prototype;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  const method = (owner as Record<string, Method>)[name]!;
  function checked(this: unknown, ...given: readonly unknown[]): unknown {
    return method.apply(this, read(given) as unknown[]);
  }
  Object.setPrototypeOf(Object.defineProperty(checked, "name", { value: name }), uncalled);
  Object.defineProperty(owner, name, { value: checked, configurable: true });
}

/** What PyTorch's users call on `x.data`. */
const onData =
  /^(max|min|argmax|cpu|cuda|numpy|tolist|detach|clone|abs|sum|mean|std|var|norm|add|sub|mul|div|eq|view|size|clamp)$/;

/**
 * What every method inherits: an error for a method that is used as if it were what it returns, such as `x.data[0]`,
 * `p.data.fill_(0)` or `total += loss.item`, which JavaScript would turn into undefined or a text.
 */
const uncalled: object = new Proxy(Function.prototype, {
  get(target, name, method: Method) {
    // The method's name is read only here: the receiver may be this object itself, when its constructor is asked for.
    const refuse = (hint = `write ${method.name}()`): never => {
      throw new ArgumentError({ op: method.name, problem: "the method is not called", hint });
    };
    if (name === Symbol.toPrimitive) {
      return (hint: string) => (hint === "string" ? Function.prototype.toString.call(method) : refuse());
    }
    if (typeof name === "string" && name.endsWith("_"))
      refuse("write p.copy_(…) or p.setData(…) to change a parameter");
    if (typeof name === "string" && onData.test(name) && method.name === "data") {
      refuse("leave out .data, as in x.argmax(1) or x.tolist(), or write x.data() for the elements");
    }
    if (typeof name === "string" && /^(\d+|shape|toFixed|toPrecision|item)$/.test(name)) refuse();
    return Reflect.get(target, name, method) as unknown;
  },
});
