/** Which epochs see the middle of the training images only, and how large that is. */
import { shapeKind } from "../tensor/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import { ArgumentError } from "../errors/errors.js";
import { formatShape, type Shape } from "../graph/shape.js";
import type { EarlyCropConfig, TrainConfig } from "./config.js";

/** What decides which epochs see the middle of the images only. */
export type Cropping = Pick<TrainConfig, "earlyCrop" | "epochs">;

const ofCroppedEpochs = new Signature("croppedEpochs", [
  required("config", recordWith("{ earlyCrop, epochs }", "earlyCrop", "epochs")),
]);

/**
 * Returns how many epochs see the middle of the images only. The last epoch always sees whole images.
 * @param config how many epochs there are, and how many are to see cropped images
 * @returns the number of epochs
 * @example croppedEpochs({ earlyCrop: { size: 24, epochs: 3 }, epochs: 5 }); // 3
 */
export function croppedEpochs(config: Cropping): number {
  ofCroppedEpochs.read(arguments);
  const { earlyCrop, epochs } = config;
  return earlyCrop ? Math.min(earlyCrop.epochs, epochs - 1) : 0;
}

const ofCroppedSize = new Signature("croppedSize", [
  required("size", shapeKind),
  required("crop", recordWith("{ size, epochs }", "size")),
]);

/**
 * Returns the size of the images that the first epochs see.
 * @param inputSize the size of whole images, [C, H, W]
 * @param earlyCrop the size of their middle
 * @returns [C, size, size]
 * @throws ArgumentError if the images are smaller than that
 * @example croppedSize([1, 28, 28], { size: 24, epochs: 3 }); // [1, 24, 24]
 */
export function croppedSize(inputSize: Shape, earlyCrop: EarlyCropConfig): Shape {
  ofCroppedSize.read(arguments);
  const [channels, height, width] = inputSize;
  const { size } = earlyCrop;
  if (size <= Math.min(height!, width!)) return [channels!, size, size];
  throw new ArgumentError({
    op: "earlyCrop.size",
    problem: `images ${formatShape([channels!, height!, width!])} are smaller than the crop`,
    expected: `at most ${Math.min(height!, width!)}`,
    got: String(size),
  });
}
