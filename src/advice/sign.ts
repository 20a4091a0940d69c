/** Signs that a training is not going well. */
import type { TrainingProgress } from "./progress.js";

/** A piece of advice on a training. */
export interface TrainingAdvice {
  /** The epoch after which it is given. */
  readonly epoch: number;
  /** The name of the sign. */
  readonly sign: string;
  /** One line, with the figures. */
  readonly text: string;
  /** Whether the goal is out of reach. */
  readonly hopeless: boolean;
}

/** A sign that something is wrong with a training, as data. */
export interface Sign {
  /** Its name. */
  readonly name: string;
  /** Set if it depends on test results. */
  readonly byTests?: true;
  /** Looks at a training with at least one epoch, and says what it finds. */
  readonly look: (progress: TrainingProgress) => Pick<TrainingAdvice, "text" | "hopeless"> | undefined;
}
