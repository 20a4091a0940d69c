/** The fully connected layer. PyTorch: `Linear`. */
import { zeros } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { kaimingUniform_, uniform_ } from "../init.js";
import { Module } from "../module.js";
import { pythonBool } from "../../text/python.js";
import { checkInteger, withDefaults } from "../../errors/options.js";
import { Parameter } from "../parameter.js";

export interface LinearOptions {
  /** Whether a bias is added; true unless given. */
  readonly bias?: boolean;
}

/**
 * y = x·Wᵀ + b: [*, inFeatures] → [*, outFeatures]. First values: uniform in ±1/√inFeatures.
 *
 * @example
 * const classify = new nn.Linear(32, 10);
 */
export class Linear extends Module {
  /** [outFeatures, inFeatures] */
  readonly weight: Parameter;
  /** [outFeatures] */
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    const { bias } = withDefaults("Linear", { bias: true }, options);
    checkInteger("Linear", "inFeatures", inFeatures, 1);
    checkInteger("Linear", "outFeatures", outFeatures, 1);
    this.weight = new Parameter(zeros([outFeatures, inFeatures]));
    this.bias = bias ? new Parameter(zeros([outFeatures])) : null;
    this.resetParameters();
  }

  /** Draws new first values. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = 1 / Math.sqrt(this.inFeatures);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }

  override forward(input: Tensor): Tensor {
    return F.linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { inFeatures, outFeatures, bias } = this;
    return `in_features=${inFeatures}, out_features=${outFeatures}, bias=${pythonBool(bias !== null)}`;
  }
}
