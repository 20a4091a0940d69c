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

/** From this share of the loss of guessing on, a training loss says that nothing is learnt. */
export const NEAR_GUESSING = 0.9;
export const guessingLoss = ({ classes }: TrainingProgress): number => Math.log(classes);

/** How many times its own deviation a number of images may be off by chance. */
const CHANCE = 3;

/** Whether the last test shows that something was learnt. One on whole images says little while training's are cropped. */
export function testsWell({ epochs, cropped, classes }: TrainingProgress): boolean {
  const { epoch, correct, total } = last(epochs);
  const guessed = total / classes;
  return epoch > cropped && correct > 1.5 * guessed + CHANCE * Math.sqrt(guessed);
}

/** Whether a number of errors is so much more than another that it is not by chance. */
export function clearlyMore(these: number, others: number): boolean {
  return these > 2 * others && these - others > CHANCE * Math.sqrt(these);
}

/** With this share of dead channels, half of a layer does nothing. */
export const MANY_DEAD = 0.5;
/** Whether so many channels of a layer are dead that this is said. */
export function hasDeadLayer(health: EpochFigures["health"]): boolean {
  return (health?.relus ?? []).some(({ units, dead }) => dead >= MANY_DEAD * units);
}
