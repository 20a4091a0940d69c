/**
 * An image: channels × height × width values, channel by channel and row by row. Bytes from 0 to 255 as files hold
 * them, or float32 once `transforms.toTensor()` has been through it.
 */
export interface Image {
  readonly data: Uint8Array | Float32Array;
  readonly channels: number;
  readonly height: number;
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
