/**
 * Answers for properties that an object does not have, but its counterpart in Python has: `x[0]`, `net.state_dict()`,
 * `optimizer.lr = 0.1`. Such a property would be undefined without a word, or an error that names no way out. So the end of
 * the prototype chain, where only absent properties arrive, says what to write.
 */
import { bare } from "./closest.js";
import { ArgumentError } from "./errors.js";

/**
 * Says what to write instead of a property; undefined if it may be absent.
 * @param isSet whether it is set, not read
 */
type Counterpart<T> = (name: string, object: T, isSet: boolean) => string | undefined;

/**
 * Puts answers at the end of a prototype chain.
 * @param op whose properties they are
 * @param base the last prototype before that of every object
 */
export function answerForAbsent<T>(op: string, base: object, counterpart: Counterpart<T>): void {
  // In a constructor, `counterpart` may itself read what is not there yet.
  let isAsking = false;
  const refuse = (name: string | symbol, object: T, isSet: boolean): void => {
    if (isAsking || typeof name !== "string" || name in Object.prototype) return;
    isAsking = true;
    let hint: string | undefined;
    try {
      hint = counterpart(name, object, isSet);
    } finally {
      isAsking = false;
    }
    if (hint !== undefined) throw new ArgumentError({ op, problem: `there is no property "${name}"`, hint });
  };
  const end = new Proxy(Object.prototype, {
    get(target, name, object: T) {
      refuse(name, object, false);
      return Reflect.get(target, name, object) as unknown;
    },
    // `p.requires_grad = false` would set a field that nobody reads.
    set(target, name, value, object: T) {
      refuse(name, object, true);
      return Reflect.set(target, name, value, object);
    },
  });
  Object.setPrototypeOf(base, end);
}

/** The name with the same letters among those that exist: `stateDict` for `state_dict`. */
export function sameLetters(name: string, known: readonly string[]): string | undefined {
  return known.find((other) => bare(other) === bare(name));
}
