/** What a question of the quiz is: a record that makes an exercise, with new figures each time, and its answer. */

/** Draws the figures of a question. */
export interface Draw {
  /**
   * Draws an integer.
   * @param low the smallest
   * @param high the largest
   */
  whole(low: number, high: number): number;

  /**
   * Draws an element of a list.
   * @param list the list
   */
  pick<T>(list: readonly T[]): T;
}

/** How an answer is given and judged: as a number, which may be off by up to `within`, or as one of several options. */
export type Answer =
  /** A number. It may be off by up to `within`, which is 0 for counts. */
  | { readonly kind: "number"; readonly value: number; readonly within: number }
  /** One of several options, given by its letter. */
  | { readonly kind: "choice"; readonly options: readonly string[]; readonly right: number };

/** A question with its figures. */
export interface Exercise {
  /** The question. */
  readonly text: string;
  /** The answer. */
  readonly answer: Answer;
  /** How to arrive at the answer. */
  readonly explanation: string;
}

/** A question, as data. */
export interface Question {
  /** Its name, such as `linear-weights`. */
  readonly name: string;
  /** Makes an exercise with new figures. */
  readonly make: (draw: Draw) => Exercise;
}

/** A whole number as the answer. */
export function exactly(value: number): Answer {
  return { kind: "number", value, within: 0 };
}

/** A multiple-choice question. Its options come in a different order each time. */
export function choice(
  name: string,
  text: string,
  { right, wrong, explanation }: { right: string; wrong: readonly string[]; explanation: string },
): Question {
  return {
    name,
    make: (draw) => {
      const at = draw.whole(0, wrong.length);
      const options = [...wrong.slice(0, at), right, ...wrong.slice(at)];
      return { text, answer: { kind: "choice", options, right: at }, explanation };
    },
  };
}
