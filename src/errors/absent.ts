/**
 * Answers for properties that a class does not have, but its counterpart in Python has: `x[0]`, `net.state_dict()`,
 * `optimizer.lr = 0.1`. Such a property would be undefined without a word, or an error that names no way out. Each is an
 * accessor of the prototype that says what to write. A Proxy among the prototypes could answer any name, but it makes new
 * objects ten times as slow, since each first assignment of a field passes by.
 */
import { ArgumentError } from "./errors.js";

/** What to write instead, by the name of the property. */
type Answers = Readonly<Record<string, string>>;

/**
 * Puts answers into a prototype.
 * @param op whose properties they are
 * @param mayBeSet whether a class of one's own may have a field of that name
 */
export function answerForAbsent(op: string, prototype: object, answers: Answers, mayBeSet = false): void {
  for (const [name, hint] of Object.entries(answers)) {
    if (name in prototype) continue;
    const refuse = (): never => {
      throw new ArgumentError({ op, problem: `there is no property "${name}"`, hint });
    };
    const keep = function (this: object, value: unknown): void {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    };
    Object.defineProperty(prototype, name, { get: refuse, set: mayBeSet ? keep : refuse, configurable: true });
  }
}

/** A name as Python writes it: `running_mean` for `runningMean`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Answers for names in Python's style.
 * @param known the names that exist
 * @param write the text that asks for one of them
 */
export function inPython(known: readonly string[], write: (name: string) => string): Answers {
  const python = known.filter((name) => snakeCase(name) !== name);
  return Object.fromEntries(python.map((name) => [snakeCase(name), `write ${write(name)}`]));
}
