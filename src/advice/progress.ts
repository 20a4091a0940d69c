/** A training so far, and what the signs compare. */
import { GOAL, leastCorrect } from "../exercise/rules.js";
import { percent } from "../text/figures.js";
import type { EpochEvent } from "../train/events.js";

/** The record of an epoch. Runs of early versions have no `health`. */
export type EpochFigures = Omit<EpochEvent, "type" | "health"> & { readonly health?: EpochEvent["health"] | undefined };

/** How far a training is, and what it is compared with. */
export interface TrainingProgress {
  /** The number of epochs that the training is to have. */
  readonly budget: number;
  /** The number of classes. */
  readonly classes: number;
  /** The finished epochs, in order, from the first. */
  readonly epochs: readonly EpochFigures[];
  /** Whether the reference curve applies to this data. */
  readonly reference: boolean;
  /** The percentage of correct test images to reach. Default: 99.4 where the reference applies, and none elsewhere. */
  readonly goal?: number | undefined;
  /** The number of first epochs that were trained on cropped images: their tests, on whole ones, say little. */
  readonly cropped: number;
  /** Finished runs on the same data, with the same budget, and cropped in the same way. */
  readonly earlier: readonly (readonly EpochFigures[])[];
}

/** Before this epoch nothing is called hopeless: batch norm has only just started, so the first test is unreliable. */
export const SURE_FROM = 2;

export const last = <T>(list: readonly T[]): T => list[list.length - 1]!;
export const errors = ({ correct, total }: EpochFigures): number => total - correct;
export const accuracy = ({ correct, total }: EpochFigures): string => percent(correct / total);
export const fewestErrors = (epochs: readonly EpochFigures[]): number => Math.min(...epochs.map(errors));
export const goalIn = ({ goal, reference }: TrainingProgress): number | undefined =>
  goal ?? (reference ? GOAL : undefined);
export const reachedGoal = (epochs: readonly EpochFigures[], goal: number): boolean =>
  last(epochs).correct >= leastCorrect(last(epochs).total, goal);
