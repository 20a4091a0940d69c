/** Dropout (Srivastava et al. 2014). PyTorch: `Dropout`, `Dropout2d`. */
import { ArgumentError } from "../../errors/errors.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "../functional/index.js";
import { Module } from "../module.js";
import { pythonFloat } from "../../text/python.js";

abstract class DropoutBase extends Module {
  /** @param p the probability of an element (of Dropout2d: a channel) to be zeroed; 0.5 unless given */
  constructor(public p = 0.5) {
    super();
    if (p >= 0 && p <= 1) return;
    throw new ArgumentError({
      op: this.constructor.name,
      problem: "invalid probability p",
      expected: "0 to 1",
      got: String(p),
    });
  }

  override extraRepr(): string {
    return `p=${Number.isInteger(this.p) ? this.p : pythonFloat(this.p)}, inplace=False`;
  }
}

/** In training, zeroes elements at random and divides the others by 1 − p; in evaluation, does nothing. Any shape. */
export class Dropout extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return F.dropout(input, this.p, this.training);
  }
}

/** As Dropout, but a channel of an image [N, C, H, W] is zeroed as a whole. */
export class Dropout2d extends DropoutBase {
  override forward(input: Tensor): Tensor {
    return F.dropout2d(input, this.p, this.training);
  }
}
