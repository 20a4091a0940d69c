/** What an optimizer keeps: groups of parameters, and its state for each parameter. */
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
