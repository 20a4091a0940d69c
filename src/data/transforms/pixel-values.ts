/** Transforms that handle each pixel by itself: bytes to [0, 1], and normalisation. */
import { ArgumentError } from "../../errors/errors.js";
import { arrayOf, either, number } from "../../errors/kinds.js";
import { checked, required } from "../../errors/signature.js";
import type { Image } from "../image.js";
import type { Transform } from "./transform.js";
import { counted } from "../../text/counted.js";

/**
 * Turns bytes from 0 to 255 into float32 values from 0 to 1; float32 values stay as they are. PyTorch:
 * `torchvision.transforms.ToTensor`.
 * @returns the transform
 * @function
 * @example
 * const image = { data: Uint8Array.of(0, 51, 255), channels: 1, height: 1, width: 3 };
 * transforms.toTensor()(image).data; // [0, 0.2, 1]
 */
export const toTensor: () => Transform = checked("toTensor", [], () => {
  const transform = (image: Image): Image => {
    const bytes = image.data;
    if (bytes instanceof Float32Array) return image;
    const data = new Float32Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) data[i] = bytes[i]! / 255;
    return { ...image, data };
  };
  return Object.assign(transform, { pixelwise: true } as const);
});

const oneOrMore = either(number, arrayOf(number));

/**
 * Computes (value − mean) / std for each channel. PyTorch: `torchvision.transforms.Normalize`.
 * @param mean a mean for each channel, or one for all
 * @param std a standard deviation for each channel, or one for all; not 0
 * @returns the transform, which throws an ArgumentError for images of bytes or with another number of channels
 * @throws ArgumentError if a standard deviation is 0, or if there are not as many as means
 * @function
 * @example
 * const image = { data: Float32Array.of(0, 0.5, 1), channels: 1, height: 1, width: 3 };
 * transforms.normalize([0.5], [0.25])(image).data; // [-2, 0, 2]
 */
export const normalize: (mean: number | readonly number[], std: number | readonly number[]) => Transform = checked(
  "normalize",
  [required("mean", oneOrMore), required("std", oneOrMore)],
  ({ mean, std }) => normalizing([mean].flat(), [std].flat()),
);

function normalizing(mean: readonly number[], std: readonly number[]): Transform {
  const means = Float32Array.from(mean);
  const stds = Float32Array.from(std);
  if (means.length === 0 || means.length !== stds.length || !stds.every((value) => value !== 0 && isFinite(value))) {
    throw new ArgumentError({
      op: "normalize",
      problem: "mean and std do not match",
      expected: "one mean and one nonzero std per channel",
      got: `mean [${mean.join(", ")}] and std [${std.join(", ")}]`,
    });
  }
  const transform = (image: Image): Image => {
    const { data, channels } = image;
    checkNormalizable(image, means.length);
    const area = data.length / channels;
    const result = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const channel = means.length === 1 ? 0 : Math.floor(i / area);
      result[i] = Math.fround(data[i]! - means[channel]!) / stds[channel]!;
    }
    return { ...image, data: result };
  };
  return Object.assign(transform, { pixelwise: true } as const);
}

function checkNormalizable({ data, channels }: Image, values: number): void {
  if (data instanceof Uint8Array) {
    throw new ArgumentError({
      op: "normalize",
      problem: "the image holds bytes",
      expected: "float32 values",
      hint: "put transforms.toTensor() before it",
    });
  }
  if (values === 1 || values === channels) return;
  throw new ArgumentError({
    op: "normalize",
    problem: `${counted(values, "mean")} for an image with ${counted(channels, "channel")}`,
    expected: "one for each channel, or one for all",
  });
}
