/** The fully connected layer. PyTorch: `Linear`. */
import { zeros } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { kaimingUniform_, uniform_ } from "../init.js";
import { Module } from "../module.js";
import { pythonBool } from "../../text/python.js";
import { checkInteger, withDefaults } from "../../errors/options.js";
import { Parameter } from "../parameter.js";

/** Options of `nn.Linear`. */
export interface LinearOptions {
  /** Whether a trained number is added to each output. Default true. */
  readonly bias?: boolean;
}

/**
 * Computes x·Wᵀ + b: [*, inFeatures] becomes [*, outFeatures]. Weight and bias are initially uniform in ±1/√inFeatures.
 * PyTorch: `torch.nn.Linear`.
 * @example
 * const classify = new nn.Linear(32, 10);
 * classify(zeros([8, 32])).shape; // [8, 10]
 */
export class Linear extends Module {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Linear" };

  /** The matrix W, [outFeatures, inFeatures]. */
  readonly weight: Parameter;
  /** The vector b, [outFeatures]. */
  readonly bias: Parameter | null;

  /**
   * @param inFeatures the number of inputs
   * @param outFeatures the number of outputs
   * @param options whether there is a bias
   * @throws ArgumentError if a number of features is not a positive integer
   */
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

  /**
   * Draws new initial parameters.
   * @example
   * manualSeed(1);
   * const linear = new nn.Linear(1, 1, { bias: false });
   * linear.weight.item(); // 0.5153
   * linear.resetParameters();
   * linear.weight.item(); // -0.4414
   */
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
