/** Methods that read their arguments by a table, so that nothing that they do not take is dropped. */
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

function wrap(prototype: object, name: string, read: (given: readonly unknown[]) => readonly unknown[]): void {
  let owner = prototype;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  const method = (owner as Record<string, Method>)[name]!;
  function checked(this: unknown, ...given: readonly unknown[]): unknown {
    return method.apply(this, read(given) as unknown[]);
  }
  Object.defineProperty(owner, name, { value: checked, writable: true, configurable: true });
}
