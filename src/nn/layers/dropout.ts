/** Dropout (Srivastava et al. 2014). PyTorch: `Dropout`, `Dropout2d`. */
import { numberWithin } from "../../errors/kinds.js";
import { optional, Signature, type Arguments } from "../../errors/signature.js";
import { inplace, type InplaceOptions } from "../functional/inplace.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";
import { pythonFields } from "../../text/python.js";

/** Options of `nn.Dropout` and `nn.Dropout2d`. */
export interface DropoutOptions extends InplaceOptions {
  /** The probability that an element (with Dropout2d, a channel) is dropped, from 0 to 1. Default 0.5. */
  readonly p?: number;
}

const parameters = [optional("p", numberWithin(0, 1), 0.5), inplace] as const;

/** What the dropouts share. */
export abstract class DropoutBase extends Module {
  /** The probability that an element (with Dropout2d, a channel) is dropped. */
  p: number;

  /**
   * @param rest the probability p that an element (with Dropout2d, a channel) is dropped, from 0 to 1
   * @throws ArgumentError if p is not between 0 and 1
   */
  constructor(...rest: Arguments<DropoutOptions, typeof parameters>) {
    super();
    this.p = new Signature(this.constructor.name, parameters).read(rest).p;
  }

  override extraRepr(): string {
    return `${pythonFields(this, "p")}, inplace=False`;
  }
}

/**
 * In training, sets elements of a tensor of any shape to 0 at random and divides the others by 1 − p; in evaluation,
 * does nothing. Srivastava et al. 2014. PyTorch: `torch.nn.Dropout`.
 * @example
 * const dropout = new nn.Dropout(0.5);
 * dropout.eval();
 * dropout(ones([3])).tolist(); // [1, 1, 1]
 */
export class Dropout extends DropoutBase {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Dropout" };

  override forward(input: Tensor): Tensor {
    return F.dropout(input, this.p, this.training);
  }
}

/**
 * Does what `nn.Dropout` does, but with whole channels of images [N, C, H, W]. PyTorch: `torch.nn.Dropout2d`.
 * @example
 * manualSeed(1);
 * const dropout = new nn.Dropout2d(0.5);
 * dropout(ones([1, 6, 2, 2])).amax([0, 2, 3]).tolist(); // [2, 0, 2, 2, 2, 2]
 */
export class Dropout2d extends DropoutBase {
  /** @internal */
  static override readonly elsewhere = { pytorch: "Dropout2d" };

  override forward(input: Tensor): Tensor {
    return F.dropout2d(input, this.p, this.training);
  }
}
