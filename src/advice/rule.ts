/** What a rule of advice on a network is. */
import type { Network } from "./network.js";

/** What a rule has found: a layer, and why, with the figures of this network. */
export interface Finding {
  /** The position of the layer. */
  readonly layer: number;
  readonly reason: string;
}

export interface AdviceRule {
  /** The name of its file, such as `relu-before-softmax`. */
  readonly name: string;
  /** What is wrong in general, in one sentence. */
  readonly meaning: string;
  /** What to try instead, in one sentence. */
  readonly suggestion: string;
  readonly find: (network: Network) => Finding[];
}

/** A piece of advice on one layer. */
export interface Advice extends Finding {
  readonly rule: string;
  readonly meaning: string;
  readonly suggestion: string;
}
