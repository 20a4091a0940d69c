/**
 * From images of bytes to a batch [N, C, H, W], fast. The pixelwise end of a transform (usually toTensor, normalize) is
 * applied to all 256 bytes once, which gives a table; a batch then needs one look-up for each pixel. What stands before
 * it (usually random moves) runs image by image.
 */
import type { Generator } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameShape, floatValues, type SampleGenerators } from "./dataset.js";
import { imageLike, type Image } from "./image.js";
import type { Transform } from "./transforms/transform.js";

export class ImageTransform {
  private readonly before: readonly Transform[];
  private readonly pixelwise: readonly Transform[];
  /** [channels][256], for images of as many channels. */
  private table: Float32Array | undefined;
  /** Overwritten from image to image: making one would take longer than moving one. */
  private spare: Image | undefined;

  constructor(transform: Transform | undefined) {
    const parts = transform ? (transform.parts ?? [transform]) : [];
    const end = parts.findLastIndex((part) => !part.pixelwise) + 1;
    this.before = parts.slice(0, end);
    this.pixelwise = parts.slice(end);
  }

  apply(image: Image, generator?: Generator): Image {
    return run(this.pixelwise, run(this.before, image, generator));
  }

  /** The transformed images of `count` places, as one tensor. */
  batch(count: number, imageAt: (place: number) => Image, generators: SampleGenerators): Tensor {
    let all = new Float32Array(0);
    let shape: readonly number[] = [];
    for (let place = 0; place < count; place++) {
      const raw = imageAt(place);
      const image = this.before.length > 0 ? this.move(raw, generators(place)) : raw;
      const { channels, height, width } = image;
      if (place === 0) {
        shape = [channels, height, width];
        all = new Float32Array(count * channels * height * width);
      } else checkSameShape(shape, [channels, height, width]);
      this.write(image, all, (place * all.length) / count);
    }
    return tensor(all, [count, ...shape]);
  }

  /**
   * Runs the part before. Only the last of its transforms is lent the spare image: what others give passes through
   * transforms of the user's, which may keep it.
   */
  private move(raw: Image, generator: Generator): Image {
    const last = this.before.length - 1;
    const image = this.before[last]!(run(this.before.slice(0, last), raw, generator), generator, this.spare);
    this.spare = imageLike(image, image.height, image.width, this.spare);
    return image;
  }

  /** Runs the pixelwise part, from the image into `out`. */
  private write(image: Image, out: Float32Array, start: number): void {
    const { data, channels } = image;
    if (data instanceof Float32Array || this.pixelwise.length === 0) {
      out.set(floatValues(run(this.pixelwise, image)), start);
      return;
    }
    const table = this.tableFor(channels);
    const area = data.length / channels;
    for (let channel = 0, i = 0; channel < channels; channel++) {
      const row = channel * 256;
      for (const end = i + area; i < end; i++) out[start + i] = table[row + data[i]!]!;
    }
  }

  private tableFor(channels: number): Float32Array {
    if (this.table?.length !== channels * 256) {
      const data = Uint8Array.from({ length: channels * 256 }, (_, i) => i % 256);
      this.table = floatValues(run(this.pixelwise, { data, channels, height: 1, width: 256 }));
    }
    return this.table;
  }
}

function run(transforms: readonly Transform[], image: Image, generator?: Generator): Image {
  return transforms.reduce((before, transform) => transform(before, generator), image);
}
