/**
 * Smaller images at the beginning of a training: the first epochs see the middle of each training image alone. A step
 * costs as much as the image is large, and a network that averages over all places takes any size; what it has learnt of
 * strokes and corners holds for whole images, too. (Progressive resizing, as fast.ai's course has it, but without
 * changing the scale.)
 */
import { croppedEpochs, type Cropping } from "../config/early-crop.js";
import { DataLoader } from "../data/data-loader.js";
import type { Dataset } from "../data/dataset.js";
import { withTransform } from "../data/transformed-dataset.js";
import { cropMiddle } from "../data/transforms/center-crop.js";
import type { BatchSource } from "./trainer.js";

/** How batches are made of the training images. */
interface Loading {
  readonly batchSize: number;
  readonly prefetch: number;
}

/**
 * The shuffled batches of the training images, those of the first epochs with cropped images, where the configuration
 * says so. Cropping draws nothing: the order and the random transforms are the same with it and without.
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
