/** What a transform is, and transforms one after the other. */
import type { Generator } from "../../random/random.js";
import type { Image } from "../image.js";

/**
 * A function from image to image; it leaves its argument as it is. What is random draws from the generator that it is
 * given: a DataLoader gives each sample one of its own, and without one it is the default generator. The result may take
 * the memory of `spare`, an image that is overwritten by and by and that the argument has nothing of; it need not.
 */
export interface Transform {
  (image: Image, generator?: Generator, spare?: Image): Image;
  /** Set where a pixel's new value follows from its old value and its channel alone: a table can then stand for it. */
  readonly pixelwise?: true;
  /** What a composition consists of. */
  readonly parts?: readonly Transform[];
}

/**
 * Transforms one after the other. PyTorch: `torchvision.transforms.Compose`.
 * @example transforms.compose([transforms.toTensor(), transforms.normalize([0.1307], [0.3081])])
 */
export function compose(transforms: readonly Transform[]): Transform {
  const parts = transforms.flatMap((transform) => transform.parts ?? [transform]);
  const all: Transform = (image, generator) => parts.reduce((before, part) => part(before, generator), image);
  return Object.assign(all, { parts });
}
