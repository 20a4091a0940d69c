/** From a picture to a network's input. */
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import type { ClassifierImages } from "./classifier-images.js";
import type { Picture } from "./picture.js";

/** A batch of one picture, [1, C, H, W], normalised as in training. */
export function normalised(picture: Picture, { mean, std }: ClassifierImages): Tensor {
  const { width, height, channels, pixels } = picture;
  const size = width * height;
  const planes = new Float32Array(pixels.length);
  for (let channel = 0; channel < channels; channel++) {
    const [centre, deviation] = [ofChannel(mean, channel), ofChannel(std, channel)];
    for (let i = 0; i < size; i++) planes[channel * size + i] = (pixels[i * channels + channel]! - centre) / deviation;
  }
  return tensor(planes, [1, channels, height, width]);
}

function ofChannel(value: number | readonly number[], channel: number): number {
  return typeof value === "number" ? value : (value[channel] ?? value[0]!);
}
