/** The fully connected layer. PyTorch: `Linear`. */
import { zeros } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { kaimingUniform_, uniform_ } from "../init.js";
import { Module } from "../module.js";
import { answerForFields } from "./python-names.js";
import { pythonBool, pythonFields } from "../../text/python.js";
import { flag, integer } from "../../errors/kinds.js";
import { optional, required, Signature, type Arguments } from "../../errors/signature.js";
import { holdFields } from "../held-fields.js";
import { Parameter } from "../parameter.js";

/** Options of `nn.Linear`. */
export interface LinearOptions {
  /** Whether a trained number is added to each output. Default true. */
  readonly bias?: boolean;
}

const biasParameter = [optional("bias", flag, true)] as const;
const signature = new Signature("Linear", [
  required("inFeatures", integer(1)),
  required("outFeatures", integer(1)),
  ...biasParameter,
]);

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

  /** The number of inputs. */
  readonly inFeatures: number;
  /** The number of outputs. */
  readonly outFeatures: number;
  /** The matrix W, [outFeatures, inFeatures]. */
  readonly weight: Parameter;
  /** The vector b, [outFeatures]. */
  readonly bias: Parameter | null;

  /**
   * @param inFeatures the number of inputs
   * @param outFeatures the number of outputs
   * @param rest whether there is a bias: `false`, or `{ bias: false }`
   * @throws ArgumentError if a number of features is not a positive integer
   */
  constructor(inFeatures: number, outFeatures: number, ...rest: Arguments<LinearOptions, typeof biasParameter>) {
    super();
    const given = signature.read([inFeatures, outFeatures, ...rest]);
    this.inFeatures = given.inFeatures;
    this.outFeatures = given.outFeatures;
    this.weight = new Parameter(zeros([this.outFeatures, this.inFeatures]));
    this.bias = given.bias ? new Parameter(zeros([this.outFeatures])) : null;
    this.resetParameters();
    holdFields(this, { bias: Parameter });
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
    return `${pythonFields(this, "inFeatures", "outFeatures")}, bias=${pythonBool(this.bias !== null)}`;
  }
}

answerForFields("Linear", Linear, "inFeatures outFeatures");
