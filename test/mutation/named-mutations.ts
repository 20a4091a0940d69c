/** Bugs that a reviewer once planted and no test noticed. Each of them must be caught by now. */
export interface NamedMutation {
  readonly name: string;
  readonly file: string;
  /** A piece of text that stands in the file once. */
  readonly find: string;
  readonly replacement: string;
}

export const namedMutations: readonly NamedMutation[] = [
  {
    name: "kernels share a stage although they touch each other's memory",
    file: "src/compiler/planning/schedule.ts",
    find: "return low >= 0 && high < view.strides[outerAxis!]!;",
    replacement: "return true;",
  },
  {
    name: "nodes that differ only in their dtype are taken for one",
    file: "src/compiler/rewrites/lower.ts",
    find: "node.dtype}[",
    replacement: '""}[',
  },
  {
    name: "an epoch's seconds include those of the epochs before",
    file: "src/train/trainer.ts",
    find: "this.position = { epoch: epoch + 1, batch: 0, lossSum: 0, images: 0, seconds: 0 };",
    replacement: "this.position = { epoch: epoch + 1, batch: 0, lossSum: 0, images: 0, seconds };",
  },
  {
    name: "the quiz counts a convolution's outputs where it asks for its lines",
    file: "src/quiz/questions/convolution-lines.ts",
    find: "exactly(convolutionLines(convolution))",
    replacement: "exactly(convolutionOutput(convolution) ** 2)",
  },
  {
    name: "a later epoch that is as good replaces the best one",
    file: "src/runs/run.ts",
    find: "correct > best.correct",
    replacement: "correct >= best.correct",
  },
  {
    name: "a seed may have 33 bits",
    file: "src/config/config.ts",
    find: "seed: whole(0, 2 ** 32 - 1)",
    replacement: "seed: whole(0, 2 ** 32)",
  },
  {
    name: "advice on overfitting comes too early",
    file: "src/advice/signs/overfitting.ts",
    find: "const RISEN = 1.2;",
    replacement: "const RISEN = 1.1;",
  },
];
