/** The interface of transforms, and their composition. */
import { arrayOf, kind } from "../../errors/kinds.js";
import { checked, required } from "../../errors/signature.js";
import type { Generator } from "../../random/random.js";
import type { Image } from "../image.js";

/**
 * A function from an image to an image, which may write into its argument. Your own transform needs nothing else.
 */
export interface Transform {
  /**
   * Transforms an image.
   * @param image the image
   * @param generator the source of random numbers: a loader passes one for each sample; the default one unless given
   * @param spare an image whose memory the result may reuse; a transform may ignore it
   * @returns the new image
   */
  (image: Image, generator?: Generator, spare?: Image): Image;

  /**
   * Set if a pixel's new value depends only on its old value and its channel, so that a table can replace the
   * transform.
   */
  readonly pixelwise?: true;
  /**
   * Set if the new image consists of pixels of the old one, chosen by their positions alone. Such a transform may run
   * before pixelwise ones, which then have fewer pixels to compute.
   */
  readonly selects?: true;
  /** Set if the transform never writes into the image that it is given. Others are given a copy. */
  readonly readsOnly?: true;
  /** The transforms that a composition consists of. */
  readonly parts?: readonly Transform[];
}

/** @internal */
export const transformKind = kind<Transform>(
  "a transform, which is a function of an image",
  (value) => typeof value === "function",
);

/**
 * Applies transforms one after the other. PyTorch: `torchvision.transforms.Compose`.
 * @param transforms the transforms
 * @returns their composition
 * @function
 * @example
 * const transform = transforms.compose([transforms.toTensor(), transforms.normalize([0.5], [0.5])]);
 * transform({ data: Uint8Array.of(0, 255), channels: 1, height: 1, width: 2 }).data; // [-1, 1]
 */
export const compose: (transforms: readonly Transform[]) => Transform = checked(
  "compose",
  [required("transforms", arrayOf(transformKind))],
  ({ transforms }) => composed(transforms),
);

function composed(transforms: readonly Transform[]): Transform {
  const parts = transforms.flatMap((transform) => transform.parts ?? [transform]);
  const all: Transform = (image, generator) => parts.reduce((before, part) => part(before, generator), image);
  return Object.assign(all, { parts });
}

/** Marks a transform that never writes into the image that it is given. */
export function reading(transform: Transform): Transform {
  return Object.assign(transform, { readsOnly: true } as const);
}
