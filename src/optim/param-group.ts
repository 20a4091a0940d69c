/** What an optimizer keeps: groups of parameters, and its state for each parameter. */
import { arrayOf, flag, number, type Kind } from "../errors/kinds.js";
import { optional, Signature } from "../errors/signature.js";
import type { Tensor } from "../tensor/tensor.js";

/** Parameters that share hyperparameters. A change of a hyperparameter takes effect with the next step. */
export interface ParamGroup {
  /** The parameters. */
  readonly params: readonly Tensor[];
  /** The learning rate. */
  lr: number;
  /** The learning rate from which a schedule starts. */
  initialLr?: number;
}

/** What an optimizer remembers about one parameter. */
export type ParamState = Record<string, Tensor | number>;

/**
 * Hyperparameters by name; those that are not given have their defaults.
 * @throws ArgumentError for one that the defaults do not have, or that is of another kind
 */
export function completeGroup<H extends object>(op: string, defaults: H, own: object): H {
  const parameters = Object.entries(defaults).map(([name, initial]) => optional(name, kindLike(initial), initial));
  return new Signature(op, parameters).read([own]) as H;
}

function kindLike(value: unknown): Kind<unknown> {
  if (typeof value === "boolean") return flag;
  return typeof value === "number" ? number : arrayOf(number);
}
