/** Scaling images. */
import type { Picture } from "./picture.js";

/**
 * Resizes bilinearly. When shrinking, it averages all the pixels that fall on a new one, as in Pillow's `resize(…,
 * BILINEAR)`.
 */
export function resized(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const { channels } = picture;
  const [lower, pixels] = [
    new Float32Array(height * picture.width * channels),
    new Float32Array(height * width * channels),
  ];
  const row = picture.width * channels;
  weightsOf(picture.height, height).forEach((sources, y) => {
    for (const [from, weight] of sources) {
      for (let x = 0; x < row; x++) lower[y * row + x]! += weight * picture.pixels[from * row + x]!;
    }
  });
  weightsOf(picture.width, width).forEach((sources, x) => {
    for (const [from, weight] of sources) {
      for (let y = 0; y < height; y++) {
        for (let channel = 0; channel < channels; channel++) {
          pixels[(y * width + x) * channels + channel]! += weight * lower[y * row + from * channels + channel]!;
        }
      }
    }
  });
  return { width, height, channels, pixels };
}

/** For each new pixel of an axis, the old pixels that contribute to it, with their weights, which add up to 1. */
function weightsOf(before: number, after: number): (readonly [from: number, weight: number])[][] {
  const scale = before / after;
  const reach = Math.max(1, scale);
  return Array.from({ length: after }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(before - 1, Math.ceil(centre + reach));
    const near = Array.from({ length: last - first + 1 }, (_, k) => {
      return [first + k, Math.max(0, 1 - Math.abs(first + k - centre) / reach)] as const;
    });
    const total = near.reduce((sum, [, weight]) => sum + weight, 0);
    return near.map(([from, weight]) => [from, weight / total] as const);
  });
}
