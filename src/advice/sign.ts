/** What a sign is that a training is not going well. */
import type { TrainingProgress } from "./progress.js";

export interface TrainingAdvice {
  /** The epoch after which it is said. */
  readonly epoch: number;
  /** The name of the sign. */
  readonly sign: string;
  /** One line, with the figures. */
  readonly text: string;
  /** Whether the goal is out of reach. */
  readonly hopeless: boolean;
}

export interface Sign {
  /** The name of its file, with spaces and capital letters where they belong. */
  readonly name: string;
  /** Set if the sign depends on test results. */
  readonly byTests?: true;
  /** Looks at a training with at least one finished epoch. */
  readonly look: (progress: TrainingProgress) => Pick<TrainingAdvice, "text" | "hopeless"> | undefined;
}
