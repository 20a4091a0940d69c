/** Pixels in memory, whatever file or object they came from. */

/** An image with one channel of brightness, or with red, green and blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** The channels of each pixel, from 0 to 1, row by row: [height, width, channels]. */
  readonly pixels: Float32Array;
}

/** A picture that may be transparent in places. */
export interface LayeredPicture extends Picture {
  /** How opaque each pixel is, from 0 to 1, [height, width]; opaque everywhere if it is missing. */
  readonly alpha?: Float32Array | undefined;
}

/** The most pixels that an image may have; files declare their size before their pixels. */
export const MAX_PIXELS = 2 ** 24;

/** Whiter than this, nothing can be seen on white. */
const NEARLY_WHITE = 0.99;

/** Draws a picture on white, or on black if nothing would show on white. */
export function flatten({ alpha, ...picture }: LayeredPicture): Picture {
  if (!alpha) return picture;
  const onWhite = composed(picture, alpha, 1);
  return onWhite.pixels.every((x) => x > NEARLY_WHITE) ? composed(picture, alpha, 0) : onWhite;
}

function composed(picture: Picture, alpha: Float32Array, background: number): Picture {
  const { channels, pixels } = picture;
  const flat = new Float32Array(pixels.length);
  for (let i = 0; i < flat.length; i++) {
    const opacity = alpha[Math.floor(i / channels)]!;
    flat[i] = pixels[i]! * opacity + background * (1 - opacity);
  }
  return { ...picture, pixels: flat };
}

/** The picture with this many channels. Colours become brightness with the weights of ITU-R BT.601. */
export function withChannels(picture: Picture, channels: 1 | 3): Picture {
  if (picture.channels === channels) return picture;
  const { width, height, pixels } = picture;
  const converted = new Float32Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    if (channels === 1) converted[i] = 0.299 * pixels[3 * i]! + 0.587 * pixels[3 * i + 1]! + 0.114 * pixels[3 * i + 2]!;
    else converted.fill(pixels[i]!, 3 * i, 3 * i + 3);
  }
  return { width, height, channels, pixels: converted };
}

/** The negative of a picture. */
export function inverse(picture: Picture): Picture {
  return { ...picture, pixels: picture.pixels.map((x) => 1 - x) };
}

/** A part of a picture. */
export function cropped(picture: Picture, left: number, top: number, width: number, height: number): Picture {
  const { channels } = picture;
  const pixels = new Float32Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * picture.width + left) * channels;
    pixels.set(picture.pixels.subarray(start, start + width * channels), y * width * channels);
  }
  return { width, height, channels, pixels };
}

/** Puts a picture on a larger background of one colour, [channels]. */
export function placed(
  picture: Picture,
  at: { readonly left: number; readonly top: number },
  on: { readonly width: number; readonly height: number; readonly colour: readonly number[] },
): Picture {
  const { channels } = picture;
  const pixels = Float32Array.from({ length: on.width * on.height * channels }, (_, i) => on.colour[i % channels]!);
  for (let y = 0; y < picture.height; y++) {
    const start = y * picture.width * channels;
    pixels.set(
      picture.pixels.subarray(start, start + picture.width * channels),
      ((at.top + y) * on.width + at.left) * channels,
    );
  }
  return { width: on.width, height: on.height, channels, pixels };
}
