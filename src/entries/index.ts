/**
 * The library: tensors, `nn`, `F`, `optim`, random numbers, and what a training loop shows. Datasets are in
 * `kilograd/data`, and the trainer in `kilograd/train`.
 *
 * @example
 * manualSeed(1);
 * const labels = tensor(Int32Array.from({ length: 64 }, (_, i) => i % 2));
 * const images = rand([64, 1, 8, 8]).add(labels.view(64, 1, 1, 1));
 * const model = new nn.Sequential(new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(144, 2));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.02, momentum: 0.9 });
 * for (let step = 1; step <= 50; step++) {
 *   optimizer.zeroGrad();
 *   const loss = F.crossEntropy(model(images), labels);
 *   loss.backward();
 *   optimizer.step();
 * }
 * F.crossEntropy(model(images), labels).item() < 0.02; // true
 *
 * @module kilograd
 */
export { compile, type TensorFunction, type Tree } from "../tensor/compile.js";
export * from "../errors/errors.js";
export { enableGrad, noGrad } from "../graph/grad-mode.js";
export type { Dtype, HostArray } from "../graph/node.js";
export * as F from "../nn/functional/index.js";
export * as nn from "../nn/index.js";
export * as optim from "../optim/index.js";
export { ProgressBar, type ProgressOptions, type ProgressStream } from "../progress/progress.js";
export { tqdm, type Progress } from "../progress/tqdm.js";
export { Generator, manualSeed, rand, randint, randn, randperm, type GeneratorState } from "../random/random.js";
export { configure, onCompile, type ProgramText } from "../runtime/configure.js";
export { profile, type Profile, type ProfileOptions } from "../runtime/profile.js";
export type { ProfileEntry } from "../runtime/clock.js";
export type { EngineSettings, Numerics } from "../runtime/engine-settings.js";
export type { Shape } from "../graph/shape.js";
export {
  formatSummary,
  summarize,
  summary,
  type InputSizes,
  type Summary,
  type SummaryRow,
} from "../summary/summary.js";
export { arange, cat, full, ones, stack, tensor, zeros, type TensorOptions } from "../tensor/creation.js";
export { type Axes } from "../tensor/methods/reduction.js";
export { type NestedNumbers, type TypedArray } from "../tensor/nested.js";
export { Tensor, type Operand } from "../tensor/tensor.js";
