/** Kinds of arguments: which values are accepted, and the words for them in an error. */

/** Which values an argument may have. */
export interface Kind<T> {
  /** What is accepted, as an error says it: "an integer of at least 1". */
  readonly expected: string;
  readonly accepts: (value: unknown) => value is T;
  /** What to do about a value that is not accepted. */
  readonly hint?: string;
}

/** A kind from its words and its test. */
export function kind<T>(expected: string, accepts: (value: unknown) => boolean): Kind<T> {
  return { expected, accepts: accepts as Kind<T>["accepts"] };
}

const within = (what: string, is: (value: unknown) => boolean, least: number, most: number): Kind<number> =>
  kind(
    what + (most < Infinity ? ` from ${least} to ${most}` : least > -Infinity ? ` of at least ${least}` : ""),
    (value) => is(value) && (value as number) >= least && (value as number) <= most,
  );

/** A finite number from `least` to `most`, both included. */
export const numberWithin = (least: number, most = Infinity): Kind<number> =>
  within("a number", Number.isFinite, least, most);

/** An integer from `least` to `most`; without them, any integer. */
export const integer = (least = -Infinity, most = Infinity): Kind<number> =>
  within("an integer", Number.isSafeInteger, least, most);

/** Any finite number. */
export const number: Kind<number> = numberWithin(-Infinity);

/** Any finite number that is not negative. */
export const notNegative: Kind<number> = numberWithin(0);

/** A number from 0 to 1, but not 1 itself. */
export const belowOne: Kind<number> = kind("a number from 0 to below 1", (value) => {
  return notNegative.accepts(value) && value < 1;
});

export const flag: Kind<boolean> = kind("true or false", (value) => typeof value === "boolean");

/** The only value that is possible, for an argument that PyTorch has and kilograd has not. */
export const only = <T>(value: T, hint: string): Kind<T> => ({
  ...kind(String(value), (given) => given === value),
  hint,
});

/** Any number: NaN and infinity, too. */
export const anyNumber: Kind<number> = kind("a number", (value) => typeof value === "number");

/** A string. The words say what it is. */
export const text = (what: string): Kind<string> => kind(what, (value) => typeof value === "string");

/** A function of any parameters. */
export const callback = kind<(...given: never[]) => unknown>("a function", (value) => typeof value === "function");

/** One of a few words. */
export const oneOf = <T extends string>(...words: readonly T[]): Kind<T> =>
  kind(list(words.map((word) => `"${word}"`)), (value) => words.includes(value as T));

/** An array of elements of one kind. */
export const arrayOf = <T>(element: Kind<T>): Kind<readonly T[]> =>
  kind(`an array, each element ${element.expected}`, (value) => Array.isArray(value) && value.every(element.accepts));

/** An array of two elements of one kind. */
export const pairOf = <T>(element: Kind<T>): Kind<readonly [T, T]> =>
  kind(`two in an array, each ${element.expected}`, (value) => arrayOf(element).accepts(value) && value.length === 2);

/** One size for both axes of an image, or [height, width]; each an integer from `least`. */
export function size2d(least: number): Kind<number | readonly [height: number, width: number]> {
  const size = integer(least);
  return { ...either(size, pairOf(size)), expected: `${size.expected}, or two of them: [height, width]` };
}

/** An instance of a class. The class is asked for late, since modules may need each other. */
export const instance = <T>(what: string, type: () => { readonly prototype: T }): Kind<T> =>
  kind(what, (value) => value instanceof (type() as unknown as abstract new () => T));

/** What one of several kinds accepts. */
export const either = <A, B>(a: Kind<A>, b: Kind<B>): Kind<A | B> =>
  kind(`${a.expected}, or ${b.expected}`, (value) => a.accepts(value) || b.accepts(value));

/** What a kind accepts, or null. */
export const orNull = <T>(of: Kind<T>): Kind<T | null> =>
  kind(`${of.expected}, or null`, (value) => value === null || of.accepts(value));

/** "a", "a or b", "a, b or c". */
function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)!}`;
}
