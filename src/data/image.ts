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

/** An image of the same kind of values, all 0. */
export function blankImage(like: Image, height: number, width: number): Image {
  const size = like.channels * height * width;
  const data = like.data instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  return { data, channels: like.channels, height, width };
}

/** `1×28×28`, as error messages print it. */
export function formatImage({ channels, height, width }: Image): string {
  return `${channels}×${height}×${width}`;
}
