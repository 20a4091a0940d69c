/** Makes a picture look like the images that a network was trained on: its size, its background, its place. */
import { borderBrightness, boxSide, findInk, isLaidOut, median, type Appearance } from "../data/appearance.js";
import { cropped, inverse, placed, withChannels, type Picture } from "./picture.js";
import { resized } from "./resize.js";

/** The same bytes may add up to means that differ by this. */
const ROUNDING = 1e-4;

/**
 * Whether a picture's border is unlike that of every image of the training, and its negative's is nearer to them. So an
 * image that was trained on is never inverted.
 */
export function isNegative(picture: Picture, { border }: Appearance): boolean {
  const brightness = borderBrightness(withChannels(picture, 1));
  const isUnlike = brightness < border.least - ROUNDING || brightness > border.most + ROUNDING;
  return isUnlike && Math.abs(1 - brightness - border.mean) < Math.abs(brightness - border.mean);
}

/** Scales a picture to fit into a size, keeps its proportions, and fills the rest with the colour of its border. */
export function fitted(picture: Picture, width: number, height: number): Picture {
  const scale = Math.min(width / picture.width, height / picture.height);
  const side = (length: number, most: number): number => Math.min(most, Math.max(1, Math.round(length * scale)));
  const small = resized(picture, side(picture.width, width), side(picture.height, height));
  if (small.width === width && small.height === height) return small;
  const at = { left: (width - small.width) >> 1, top: (height - small.height) >> 1 };
  return placed(small, at, { width, height, colour: borderColour(picture) });
}

function borderColour(picture: Picture): number[] {
  const { width, height, channels, pixels } = picture;
  return Array.from({ length: channels }, (_, channel) => {
    const border: number[] = [];
    for (let y = 0; y < height; y++) {
      const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
      for (let x = 0; x < width; x += step) border.push(pixels[(y * width + x) * channels + channel]!);
    }
    return median(border);
  });
}

/**
 * Lays a drawing out as MNIST does: the ink is scaled to fit a box of 20 pixels of 28, keeping its proportions, and its
 * centre of mass goes to the middle. The background becomes plain, and the strongest ink full. A picture that is already
 * laid out like this, or shows nothing, is only scaled.
 * @param picture brightness [H, W]
 * @returns the picture [size, size], and whether it was laid out anew
 */
export function centred(picture: Picture, size: number): { readonly picture: Picture; readonly moved: boolean } {
  const ink = findInk(picture);
  const isReady = picture.width === size && picture.height === size && ink && isLaidOut(ink, size);
  if (!ink || isReady) return { picture: fitted(picture, size, size), moved: false };
  const { left, top, width, height } = ink.box;
  const amounts = cropped({ ...picture, pixels: ink.amounts }, left, top, width, height);
  const scale = boxSide(size) / Math.max(width, height);
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  const small = resized(amounts, side(width), side(height));
  const at = {
    left: start(massAlong(small, "x"), small.width, size),
    top: start(massAlong(small, "y"), small.height, size),
  };
  const laidOut = placed(small, at, { width: size, height: size, colour: [0] });
  return { picture: ink.background < 0.5 ? laidOut : inverse(laidOut), moved: true };
}

/** Where ink begins whose centre of mass is to be in the middle; all of it stays inside. */
function start(mass: number, length: number, size: number): number {
  return Math.min(size - length, Math.max(0, Math.round(size / 2 - mass)));
}

/** The centre of mass along one axis, where the first pixel is at 0. */
function massAlong({ width, pixels }: Picture, axis: "x" | "y"): number {
  let [mass, moment] = [0, 0];
  pixels.forEach((amount, i) => {
    mass += amount;
    moment += amount * (axis === "x" ? i % width : Math.floor(i / width));
  });
  return moment / mass;
}
