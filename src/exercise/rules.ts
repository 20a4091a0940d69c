/** The exercise's four rules as data: what each one requires, how it is measured, and when it holds. */
import { thousands } from "../text/thousands.js";

/** What is measured of a trained network. */
export interface Measured {
  /** How many test images the final weights classify correctly, and how many there are. */
  readonly correct: number;
  readonly total: number;
  readonly parameters: number;
  /** Epochs of training. */
  readonly epochs: number;
  /** How many fully connected layers the network has. */
  readonly fullyConnected: number;
}

export interface Rule {
  readonly rule: string;
  readonly value: (measured: Measured) => number;
  /** The value for people: `99.44 % (9944 of 10000)`. */
  readonly show: (measured: Measured) => string;
  readonly holds: (measured: Measured) => boolean;
}

export interface Verdict {
  readonly rule: string;
  readonly value: number;
  readonly shown: string;
  readonly pass: boolean;
}

/** A network for the exercise must have fewer. */
export const MAX_PARAMETERS = 20_000;
/** How many of `total` test images must be correct. This is strict: 9,940 of 10,000, not what rounds to 99.4 %. */
export function leastCorrect(total: number): number {
  return Math.ceil((994 * total) / 1000);
}

export const rules: readonly Rule[] = [
  {
    rule: "at least 99.4 % test accuracy",
    value: ({ correct, total }) => (100 * correct) / total,
    show: ({ correct, total }) => `${((100 * correct) / total).toFixed(2)} % (${correct} of ${total})`,
    holds: ({ correct, total }) => total > 0 && correct >= leastCorrect(total),
  },
  {
    rule: `fewer than ${thousands(MAX_PARAMETERS)} parameters`,
    value: ({ parameters }) => parameters,
    show: ({ parameters }) => thousands(parameters),
    holds: ({ parameters }) => parameters < MAX_PARAMETERS,
  },
  {
    rule: "fewer than 20 epochs",
    value: ({ epochs }) => epochs,
    show: ({ epochs }) => String(epochs),
    holds: ({ epochs }) => epochs < 20,
  },
  {
    rule: "no fully connected layer",
    value: ({ fullyConnected }) => fullyConnected,
    show: ({ fullyConnected }) => (fullyConnected === 0 ? "none" : String(fullyConnected)),
    holds: ({ fullyConnected }) => fullyConnected === 0,
  },
];

/** Each rule with its measured value and whether it holds. */
export function judge(measured: Measured): Verdict[] {
  return rules.map(({ rule, value, show, holds }) => ({
    rule,
    value: value(measured),
    shown: show(measured),
    pass: holds(measured),
  }));
}
