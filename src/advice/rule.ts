/** What a rule of advice on a network is. */
import type { Network } from "./network.js";

/**
 * What a rule has found.
 * @internal
 */
export interface Finding {
  /** The position of the layer among the inspection's layers. */
  readonly layer: number;
  /** Why, with the figures of this network. */
  readonly reason: string;
}

/** A rule of advice, as data. */
export interface AdviceRule {
  /** Its name, such as `relu-before-softmax`. */
  readonly name: string;
  /** What is wrong in general, in one sentence. */
  readonly meaning: string;
  /** What to try instead, in one sentence. */
  readonly suggestion: string;

  /**
   * Finds the layers that the rule is about.
   * @internal
   */
  readonly find: (network: Network) => Finding[];
}

/** A piece of advice on one layer. */
export interface Advice extends Finding {
  /** The name of the rule. */
  readonly rule: string;
  /** What is wrong in general, in one sentence. */
  readonly meaning: string;
  /** What to try instead, in one sentence. */
  readonly suggestion: string;
}
