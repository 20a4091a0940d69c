/** What an optimizer keeps: groups of parameters, and what it remembers of each parameter. */
import type { Tensor } from "../tensor/tensor.js";

/** Parameters that share hyperparameters. */
export interface ParamGroup {
  readonly params: readonly Tensor[];
  lr: number;
  /** The learning rate from which a schedule starts; set by the schedule. */
  initialLr?: number;
}

/** What an optimizer remembers of one parameter. */
export type ParamState = Record<string, Tensor | number>;
