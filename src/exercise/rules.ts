/** The exercise's four rules as data: what each one requires, how it is measured, and when it holds. */
import { thousands } from "../text/thousands.js";

/** What the rules look at. */
export interface Measured {
  /** The number of test images that the final weights classify correctly. */
  readonly correct: number;
  /** The number of test images. */
  readonly total: number;
  /** The number of the network's parameters. */
  readonly parameters: number;
  /** The number of epochs of training. */
  readonly epochs: number;
  /** The number of fully connected layers in the network. */
  readonly fullyConnected: number;
}

/** A rule of the exercise, as data. */
export interface Rule {
  /** The rule in words. */
  readonly rule: string;
  /** Picks the value that it is about. */
  readonly value: (measured: Measured) => number;
  /** Writes the value for people, as `99.44 % (9944 of 10000)`. */
  readonly show: (measured: Measured) => string;
  /** Says whether the rule holds. */
  readonly holds: (measured: Measured) => boolean;
}

/** What has become of a rule. */
export interface Verdict {
  /** The rule in words. */
  readonly rule: string;
  /** The value that it is about. */
  readonly value: number;
  /** The value for people, as `99.44 % (9944 of 10000)`. */
  readonly shown: string;
  /** Whether the rule holds. */
  readonly pass: boolean;
}

/** A network for the exercise must have fewer. */
export const MAX_PARAMETERS = 20_000;

/**
 * Returns how many test images must be correct for 99.4 %. This is strict: 9,940 of 10,000, not what rounds to 99.4 %.
 * @param total the number of test images
 * @returns the least number of correct ones
 * @example leastCorrect(10_000); // 9940
 */
export function leastCorrect(total: number): number {
  return Math.ceil((994 * total) / 1000);
}

/** The exercise's four rules. */
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

/**
 * Measures the four rules.
 * @param measured what is known of a trained network
 * @returns each rule with its value, and whether it holds
 * @example
 * const verdicts = judge({ correct: 9941, total: 10_000, parameters: 12_514, epochs: 14, fullyConnected: 0 });
 * verdicts.every(({ pass }) => pass); // true
 * verdicts[0].shown; // "99.41 % (9941 of 10000)"
 */
export function judge(measured: Measured): Verdict[] {
  return rules.map(({ rule, value, show, holds }) => ({
    rule,
    value: value(measured),
    shown: show(measured),
    pass: holds(measured),
  }));
}
