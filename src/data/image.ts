/**
 * An image, channel by channel and row by row: bytes from 0 to 255, as files hold them, or float32 values, as
 * `transforms.toTensor()` makes them.
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
 * An image of the same kind of values and with as many channels; what it holds is to be overwritten.
 * @param spare taken instead of new memory, where it is such an image
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

/** `1×28×28`, as error messages print it. */
export function formatImage({ channels, height, width }: Image): string {
  return `${channels}×${height}×${width}`;
}
