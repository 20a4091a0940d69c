/**
 * What tensors do not have, but Python's have. Such a property would be undefined without a word, or an error that names
 * no way out: `x[0]`, `x.log_softmax(1)`, `x.zero_()`. So the end of the prototype chain, where only absent properties
 * arrive, says what to write.
 */
import { closest } from "../../errors/closest.js";
import { ArgumentError } from "../../errors/errors.js";
import type { Handle } from "./handle.js";

/** What to write instead of an absent property, for those that have a counterpart; undefined for all others. */
export function counterpart(
  name: string,
  tensor: { readonly ndim: number },
  known: readonly string[],
): string | undefined {
  if (/^-?\d+$/.test(name)) {
    return tensor.ndim === 0 ? "item() returns the number of a tensor without axes" : `write x.select(0, ${name})`;
  }
  const plain = name.replace(/_$/, "");
  if (plain !== name) {
    return known.includes(plain)
      ? `write x = x.${plain}(…), or p.copy_(p.${plain}(…)) for a parameter`
      : "write p.copy_(…), p.setData(…), or one of the functions in nn.init, which overwrite a parameter";
  }
  // Only a name in Python's style is surely meant for a tensor; programs ask objects for all sorts of other names.
  const meant = name.includes("_") && !name.startsWith("_") ? closest(name, known) : undefined;
  return meant === undefined ? undefined : `write x.${meant}`;
}

/** Puts the answers at the end of the prototype chain of tensors. */
export function answerForAbsent(base: object, names: readonly string[]): void {
  const end = new Proxy(Object.prototype, {
    get(target, name, tensor: Handle<never>) {
      if (typeof name === "string" && !(name in target)) {
        const hint = counterpart(name, tensor, names);
        if (hint !== undefined) {
          throw new ArgumentError({ op: "Tensor", problem: `tensors have no property "${name}"`, hint });
        }
      }
      return Reflect.get(target, name, tensor) as unknown;
    },
  });
  Object.setPrototypeOf(base, end);
}
