/**
 * Smaller images at the beginning of a training: the first epochs see only the middle of each training image. The cost
 * of a step is proportional to the image's area. A network with global average pooling takes images of any size, and
 * what it has learnt about strokes and corners still holds for whole images. (This is progressive resizing as in
 * fast.ai's course, but without changing the scale.)
 */
import { croppedEpochs, type Cropping } from "../config/early-crop.js";
import { DataLoader } from "../data/data-loader.js";
import type { Dataset } from "../data/dataset.js";
import { withTransform } from "../data/transformed-dataset.js";
import { cropMiddle } from "../data/transforms/center-crop.js";
import type { BatchSource } from "./trainer-options.js";

/** How batches are made of the training images. */
interface Loading {
  readonly batchSize: number;
  readonly prefetch: number;
}

/**
 * Returns the shuffled batches of the training images, with cropped images in the first epochs if the configuration says
 * so. Cropping draws no random numbers: the order and the random transforms are the same with and without it.
 */
export function trainingBatches(dataset: Dataset<unknown>, loading: Loading, config: Cropping): BatchSource {
  const { earlyCrop, epochs } = config;
  const whole = new DataLoader(dataset, { ...loading, shuffle: true });
  if (!earlyCrop) return whole;
  // Unlike centerCrop, an odd rest is always rounded down, so that runs on record keep their bits.
  const crop = cropMiddle(earlyCrop.size, (rest) => Math.floor(rest / 2));
  const cropped = new DataLoader(withTransform(dataset, crop), { ...loading, sampler: whole.sampler });
  const last = croppedEpochs(config);
  return {
    length: whole.length,
    iterate: ({ epoch = epochs, from = 0 } = {}) => (epoch <= last ? cropped : whole).iterate({ from }),
  };
}
