/** What a classifier knows of the images that its network was trained on. */
import type { Appearance } from "../data/appearance.js";

/** The images that a network was trained on, as a run keeps them (`run.record.images`). */
export interface ClassifierImages {
  /** The size of an image, [C, H, W], with one channel or three. */
  readonly size: readonly number[];
  /** The mean of the pixels, from 0 to 1, of each channel or of all; they are normalised to (pixel − mean) / std. */
  readonly mean: number | readonly number[];
  /** The standard deviation of the pixels, of each channel or of all. */
  readonly std: number | readonly number[];
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** How the images look. Without it, no image is inverted or centred unless you ask for it. */
  readonly appearance?: Appearance | undefined;
}
