/**
 * Turns images of bytes into a batch [N, C, H, W], fast. The pixelwise transforms at the end (usually toTensor and
 * normalize) are applied once to all 256 byte values, which gives a table. A batch then needs only one look-up per
 * pixel. The transforms before them (usually random moves) run image by image. So do the crops among the pixelwise
 * transforms, and these run first.
 */
import type { Generator } from "../random/random.js";
import { tensorOfOwn } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkSameShape, floatValues, type SampleGenerators } from "./dataset.js";
import { imageLike, type Image } from "./image.js";
import type { Transform } from "./transforms/transform.js";

export class ImageTransform {
  private readonly before: readonly Transform[];
  private readonly pixelwise: readonly Transform[];
  /** Whether one of the first may write into the image that it is given, which is a part of the dataset. */
  private readonly writes: boolean;
  /** [channels][256], for images with this number of channels. */
  private table: Float32Array | undefined;
  /** Reused for every image, because allocating an image would take longer than moving its pixels. */
  private spare: Image | undefined;

  constructor(transform: Transform | undefined) {
    const parts = transform ? (transform.parts ?? [transform]) : [];
    const end = parts.findLastIndex((part) => !part.pixelwise && !part.selects) + 1;
    const tail = parts.slice(end);
    this.before = [...parts.slice(0, end), ...tail.filter((part) => part.selects)];
    this.pixelwise = tail.filter((part) => part.pixelwise);
    this.writes = this.before.some(({ readsOnly, selects }) => !readsOnly && !selects);
  }

  apply(image: Image, generator?: Generator): Image {
    return run(this.pixelwise, run(this.before, copied(image), generator));
  }

  /** Returns the transformed images at positions 0 to `count` − 1 as one tensor. */
  batch(count: number, imageAt: (place: number) => Image, generators: SampleGenerators): Tensor {
    let all = new Float32Array(0);
    let shape: readonly number[] = [];
    for (let place = 0; place < count; place++) {
      const raw = this.writes ? copied(imageAt(place)) : imageAt(place);
      const image = this.before.length > 0 ? this.move(raw, generators(place)) : raw;
      const { channels, height, width } = image;
      if (place === 0) {
        shape = [channels, height, width];
        all = new Float32Array(count * channels * height * width);
      } else checkSameShape(shape, [channels, height, width]);
      this.write(image, all, (place * all.length) / count);
    }
    return tensorOfOwn(all, [count, ...shape]);
  }

  /**
   * Runs the transforms before the pixelwise ones. Only the last of them may write into the spare image. The results of
   * the others are passed to the user's own transforms, which may keep them.
   */
  private move(raw: Image, generator: Generator): Image {
    const last = this.before.length - 1;
    const image = this.before[last]!(run(this.before.slice(0, last), raw, generator), generator, this.spare);
    this.spare = imageLike(image, image.height, image.width, this.spare);
    return image;
  }

  /** Runs the pixelwise transforms on the image and writes the result into `out`. */
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

const copied = (image: Image): Image => ({ ...image, data: image.data.slice() });

function run(transforms: readonly Transform[], image: Image, generator?: Generator): Image {
  return transforms.reduce((before, transform) => transform(before, generator), image);
}
