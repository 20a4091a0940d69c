/** Errors for a loss that is no finite number. */
import { DivergenceError } from "../errors/errors.js";
import type { Tensor } from "../tensor/tensor.js";

/** An error if the batch itself holds NaN or infinities, for which no learning rate is to blame. */
export function badImages(images: Tensor, epoch: number, batch: number): DivergenceError | undefined {
  const values = images.data() as Float32Array;
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return undefined;
  return new DivergenceError({
    op: "train",
    problem: `image ${Math.floor(at / (values.length / images.shape[0]!))} of epoch ${epoch}, batch ${batch} is not of finite numbers`,
    expected: "finite numbers",
    got: String(values[at]),
    hint: "look at the data and its transforms: a division by 0, or a file that was read wrongly",
  });
}

export function notANumber(loss: number, epoch: number, batch: number, lr: number): DivergenceError {
  return new DivergenceError({
    op: "train",
    problem: `the loss is no longer a finite number in epoch ${epoch}, batch ${batch}`,
    expected: "a finite loss",
    got: String(loss),
    hint: `try a learning rate below ${Number(lr.toPrecision(3))}, or a schedule that starts lower (onecycle)`,
  });
}
