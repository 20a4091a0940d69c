/** The bias of a layer, with a number for each output. */
import { formatShape, requireShape } from "../../graph/shape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Throws unless a bias has a number for each output of a weight [O,…]. */
export function requireBias(op: string, { shape }: Tensor, weight: Tensor): void {
  requireShape(
    op,
    shape,
    [weight.shape[0]!],
    () => `bias ${formatShape(shape)} does not fit weight ${formatShape(weight.shape)}`,
  );
}
