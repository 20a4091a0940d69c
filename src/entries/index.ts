/**
 * kilograd's public names: tensors, `nn`, `F`, `optim`, and what a training loop shows. Datasets are in
 * `kilograd/data`, the trainer and its runs in `kilograd/train`.
 */
export { compile, type TensorFunction } from "../tensor/compile.js";
export * from "../errors/errors.js";
export { enableGrad, noGrad } from "../graph/grad-mode.js";
export type { Dtype, HostArray } from "../graph/node.js";
export * as F from "../nn/functional/index.js";
export * as nn from "../nn/index.js";
export * as optim from "../optim/index.js";
export { ProgressBar, tqdm, type ProgressOptions, type ProgressStream } from "../progress/progress.js";
export { Generator, manualSeed, rand, randint, randn, randperm } from "../random/random.js";
export { configure, onCompile, type ProgramText } from "../runtime/configure.js";
export { profile, type Profile, type ProfileOptions } from "../runtime/profile.js";
export type { ProfileEntry } from "../runtime/wasm-engine.js";
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
export { type NestedNumbers } from "../tensor/nested.js";
export { Tensor, type Operand } from "../tensor/tensor.js";
