/**
 * Smaller images at the beginning of a training: the first epochs see the middle of each training image alone. A step
 * costs as much as the image is large, and a network that averages over all places takes any size; what it has learnt of
 * strokes and corners holds for whole images, too. (Progressive resizing, as fast.ai's course has it, but without
 * changing the scale.)
 */
import { tensor } from "../tensor/creation.js";
import type { Batch } from "../data/dataset.js";
import { cut } from "../data/transforms/random-crop.js";
import { ArgumentError } from "../errors/errors.js";
import { formatShape, type Shape } from "../graph/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { EarlyCropConfig, TrainConfig } from "../config/config.js";
import type { BatchSource } from "./trainer.js";

/** What decides which epochs see the middle of the images only. */
export type Cropping = Pick<TrainConfig, "earlyCrop" | "epochs">;

/**
 * Returns how many epochs see the middle of the images only. The last epoch always sees whole images.
 * @param config how many epochs there are, and how many are to see cropped images
 * @returns the number of epochs
 * @example croppedEpochs({ earlyCrop: { size: 24, epochs: 3 }, epochs: 5 }); // 3
 */
export function croppedEpochs({ earlyCrop, epochs }: Cropping): number {
  return earlyCrop ? Math.min(earlyCrop.epochs, epochs - 1) : 0;
}

/** The same batches; those of the first epochs with cropped images, where the configuration says so. */
export function cropEarly(source: BatchSource, config: Cropping): BatchSource {
  const { earlyCrop, epochs } = config;
  if (!earlyCrop) return source;
  const last = croppedEpochs(config);
  return {
    length: source.length,
    iterate: (place = {}) => {
      const batches = source.iterate(place);
      return (place.epoch ?? epochs) <= last ? cropAll(batches, earlyCrop) : batches;
    },
  };
}

/**
 * Returns the size of the images that the first epochs see.
 * @param inputSize the size of whole images, [C, H, W]
 * @param earlyCrop the size of their middle
 * @returns [C, size, size]
 * @throws ArgumentError if the images are smaller than that
 * @example croppedSize([1, 28, 28], { size: 24, epochs: 3 }); // [1, 24, 24]
 */
export function croppedSize([channels, height, width]: Shape, { size }: EarlyCropConfig): Shape {
  if (size <= Math.min(height!, width!)) return [channels!, size, size];
  throw new ArgumentError({
    op: "earlyCrop.size",
    problem: `images ${formatShape([channels!, height!, width!])} are smaller than the part to crop`,
    expected: `at most ${Math.min(height!, width!)}`,
    got: String(size),
  });
}

function* cropAll(batches: Iterable<Batch>, crop: EarlyCropConfig): Generator<Batch> {
  for (const [images, labels] of batches) yield [middleOf(images, crop), labels];
}

/** [N,C,H,W] to [N,C,size,size]. */
function middleOf(images: Tensor, crop: EarlyCropConfig): Tensor {
  const [count, ...whole] = images.shape;
  const [, height, width] = whole as [number, number, number];
  const shape = [count!, ...croppedSize(whole, crop)];
  const { size } = crop;
  // All images' channels are cut as those of one image.
  const channels = count! * whole[0]!;
  const part = { data: new Float32Array(channels * size * size), channels, height: size, width: size };
  const [top, left] = [Math.floor((height - size) / 2), Math.floor((width - size) / 2)];
  cut({ data: images.data() as Float32Array, channels, height, width }, top, left, part, 0);
  return tensor(part.data, shape);
}
