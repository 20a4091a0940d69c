/** What a question of the quiz is: a record that makes an exercise, with figures drawn afresh, and its answer. */

/** Draws the figures of a question. */
export interface Draw {
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number;
  /** One of a list. */
  pick<T>(list: readonly T[]): T;
}

/** How an answer is given and judged. */
export type Answer =
  /** A number; `within` is by how much it may be off, 0 for counts. */
  | { readonly kind: "number"; readonly value: number; readonly within: number }
  /** One of some sentences, by its letter. */
  | { readonly kind: "choice"; readonly options: readonly string[]; readonly right: number };

/** A question with its figures. */
export interface Exercise {
  readonly text: string;
  readonly answer: Answer;
  /** How one comes to the answer. */
  readonly explanation: string;
}

export interface Question {
  readonly name: string;
  readonly make: (draw: Draw) => Exercise;
}

/** A question whose answer is a whole number. */
export function exactly(value: number): Answer {
  return { kind: "number", value, within: 0 };
}
