/** A training so far, and what the signs compare. */
import { leastCorrect } from "../exercise/rules.js";
import { percent } from "../text/figures.js";
import type { EpochEvent } from "../train/events.js";

/** The record of an epoch. Runs of earlier versions have no health. */
export type EpochFigures = Omit<EpochEvent, "type" | "health"> & { readonly health?: EpochEvent["health"] | undefined };

export interface TrainingProgress {
  /** The number of epochs that the training is to have. */
  readonly budget: number;
  /** The number of classes to tell apart. */
  readonly classes: number;
  /** The finished epochs, in order from the first. */
  readonly epochs: readonly EpochFigures[];
  /** Whether the reference curve, and with it the goal of 99.4 %, applies to this data. */
  readonly reference: boolean;
  /** The number of first epochs that train on cropped images. Their tests, on whole images, say little. */
  readonly cropped: number;
  /** Finished runs with the same data, the same budget and the same early crop. */
  readonly earlier: readonly (readonly EpochFigures[])[];
}

/** Before this epoch nothing is called hopeless: batch norm has only just started, so the first test is unreliable. */
export const SURE_FROM = 2;

export const last = <T>(list: readonly T[]): T => list[list.length - 1]!;
export const errors = ({ correct, total }: EpochFigures): number => total - correct;
export const accuracy = ({ correct, total }: EpochFigures): string => percent(correct / total);
export const fewestErrors = (epochs: readonly EpochFigures[]): number => Math.min(...epochs.map(errors));
export const reachedGoal = (epochs: readonly EpochFigures[]): boolean =>
  last(epochs).correct >= leastCorrect(last(epochs).total);
