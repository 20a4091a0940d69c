/**
 * An image, channel by channel and row by row: bytes from 0 to 255, as files store them, or float32 values, as
 * `transforms.toTensor()` produces them.
 */
export interface Image {
  /** The values, [channels, height, width]. */
  readonly data: Uint8Array | Float32Array;
  /** The number of channels: 1 for grey, 3 for colours. */
  readonly channels: number;
  /** The height in pixels. */
  readonly height: number;
  /** The width in pixels. */
  readonly width: number;
}

/**
 * Returns an image with the same type of values and the same number of channels. Its contents are arbitrary and are
 * meant to be overwritten.
 * @param spare an image to reuse, if it is of the right kind, instead of allocating a new one
 */
export function imageLike(like: Image, height: number, width: number, spare?: Image): Image {
  if (spare && isLike(spare, like) && spare.height === height && spare.width === width) return spare;
  const size = like.channels * height * width;
  const data = like.data instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  return { data, channels: like.channels, height, width };
}

function isLike(image: Image, other: Image): boolean {
  return image.channels === other.channels && image.data instanceof Uint8Array === other.data instanceof Uint8Array;
}

/** Formats an image's size for error messages, as in `1×28×28`. */
export function formatImage({ channels, height, width }: Image): string {
  return `${channels}×${height}×${width}`;
}
