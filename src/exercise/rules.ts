/**
 * The exercise's four rules as data: what each one requires, how it is measured, and when it holds. They are about MNIST;
 * other data has a goal of its own, or none.
 */
import { arrayOf, integer, numberWithin } from "../errors/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { Signature, required, optional } from "../errors/signature.js";
import { thousands } from "../text/thousands.js";
import { hasReference } from "./reference-curve.js";

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

/** The exercise's goal: this percentage of the test images is to be classified correctly. */
export const GOAL = 99.4;

const ofLeastCorrect = new Signature("leastCorrect", [
  required("total", integer(0)),
  optional("goal", numberWithin(0, 100)),
]);

/**
 * Returns how many test images must be correct for a goal. This is strict: 9,940 of 10,000 for 99.4 %, not what rounds to
 * it.
 * @param total the number of test images
 * @param goal the percentage; the exercise's 99.4 unless given
 * @returns the least number of correct ones
 * @example leastCorrect(10_000); // 9940
 */
export function leastCorrect(total: number, goal = GOAL): number {
  ofLeastCorrect.read(arguments);
  // In thousandths of a percent, because 0.994 has no exact float64.
  return Math.ceil((Math.round(1000 * goal) * total) / 100_000);
}

function accuracyRule(goal: number): Rule {
  return {
    rule: `at least ${goal} % test accuracy`,
    value: ({ correct, total }) => (100 * correct) / total,
    show: ({ correct, total }) => `${((100 * correct) / total).toFixed(2)} % (${correct} of ${total})`,
    holds: ({ correct, total }) => total > 0 && correct >= leastCorrect(total, goal),
  };
}

/** The exercise's four rules. */
export const rules: readonly Rule[] = [
  accuracyRule(GOAL),
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

/** What a run's record says about its goal. */
export interface Judged {
  /** The data's name, or its folder, and the goal. */
  readonly config: { readonly data: string; readonly goal: number | null };
  /** The SHA-256 of the data's files, by their names. */
  readonly data: Readonly<Record<string, string>>;
}

const ofGoalOf = new Signature("goalOf", [
  required("record", recordWith("a run's record { config, data }", "config", "data")),
]);

/**
 * Returns the goal of a run.
 * @param record the run's record
 * @returns the percentage of correct test images: its own goal, or 99.4 on MNIST; undefined if there is neither
 * @example goalOf({ config: { data: "fashion-mnist", goal: 90 }, data: {} }); // 90
 */
export function goalOf(record: Judged): number | undefined {
  ofGoalOf.read(arguments);
  const { config, data } = record;
  return config.goal ?? (hasReference(config.data, data) ? GOAL : undefined);
}

const ofRulesFor = new Signature("rulesFor", [
  required("record", recordWith("a run's record { config, data }", "config", "data")),
]);

/**
 * Returns the rules by which a run is judged.
 * @param record the run's record
 * @returns the exercise's four on MNIST, with the run's own goal if it has one; on other data only that goal, or nothing
 * @example
 * rulesFor({ config: { data: "mnist", goal: null }, data: {} }).length; // 4
 * rulesFor({ config: { data: "fashion-mnist", goal: 90 }, data: {} })[0].rule; // "at least 90 % test accuracy"
 * rulesFor({ config: { data: "fashion-mnist", goal: null }, data: {} }); // []
 */
export function rulesFor(record: Judged): Rule[] {
  ofRulesFor.read(arguments);
  const goal = goalOf(record);
  if (goal === undefined) return [];
  return [accuracyRule(goal), ...(hasReference(record.config.data, record.data) ? rules.slice(1) : [])];
}

const ofJudge = new Signature("judge", [
  required("measured", recordWith("{ correct, total, parameters, … }", "correct", "total", "parameters")),
  optional("by", arrayOf(recordWith("a rule", "value", "holds"))),
]);

/**
 * Measures rules.
 * @param measured what is known of a trained network
 * @param by the rules; the exercise's four unless given
 * @returns each rule with its value, and whether it holds
 * @example
 * const verdicts = judge({ correct: 9941, total: 10_000, parameters: 12_514, epochs: 14, fullyConnected: 0 });
 * verdicts.every(({ pass }) => pass); // true
 * verdicts[0].shown; // "99.41 % (9941 of 10000)"
 */
export function judge(measured: Measured, by: readonly Rule[] = rules): Verdict[] {
  ofJudge.read(arguments);
  return by.map(({ rule, value, show, holds }) => ({
    rule,
    value: value(measured),
    shown: show(measured),
    pass: holds(measured),
  }));
}

const ofVerdictsTitle = new Signature("verdictsTitle", [
  required("verdicts", arrayOf(recordWith("what judge() returns", "pass"))),
]);

/**
 * Returns the heading of a list of verdicts.
 * @param verdicts what `judge` returned
 * @returns "The four rules", or "The goal" for a single one
 * @example
 * const measured = { correct: 95, total: 100, parameters: 12_514, epochs: 3, fullyConnected: 0 };
 * verdictsTitle(judge(measured)); // "The four rules"
 * verdictsTitle(judge(measured, rulesFor({ config: { data: "fashion-mnist", goal: 90 }, data: {} }))); // "The goal"
 */
export function verdictsTitle(verdicts: readonly Verdict[]): string {
  ofVerdictsTitle.read(arguments);
  return verdicts.length === rules.length ? "The four rules" : "The goal";
}
