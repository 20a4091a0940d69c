/**
 * Recognises what several ops mean together: a convolution with its bias, batch norm with running statistics, a fully
 * connected layer, a matrix product over several axes, a mean, dropout. Other tools have operators for these;
 * kilograd's graph consists of simple ops (`src/nn/functional`, `src/ops`). What is recognised here must be exact, with all
 * operands, because it is written down as that operator; `src/inspect/function-groups.ts` only asks which nodes to show as
 * one layer, and so follows a chain of nodes and ignores what it reads besides.
 */
import { sameSize, sameSizes, stopsGradient, type Size, type Value, type ValueOp } from "./value.js";

/** Simplifies a value whose inputs have already been through all rules; undefined if the rule does not apply. */
type Fusion = (value: Value) => Value | undefined;

/** The inputs of a value, if it has this op. */
function parts(value: Value | undefined, op: ValueOp): readonly (Value | undefined)[] | undefined {
  return value?.op === op ? value.inputs : undefined;
}

/** Returns v [C] if the value is v reshaped to [1,C,1,1]. */
function perChannel(value: Value | undefined): Value | undefined {
  const [inner] = parts(value, "reshape") ?? [];
  if (inner?.shape.length !== 1 || !sameSizes(value!.shape, [1, inner.shape[0]!, 1, 1])) return undefined;
  return inner;
}

/** Whether v [C] has a number for each channel of images [N,C,H,W]. With another C, broadcasting would change the images. */
function fitsChannels(v: Value, images: Value): boolean {
  return images.shape.length === 4 && sameSize(v.shape[0], images.shape[1]);
}

/** conv2d(x, w) + b */
const convolutionBias: Fusion = (value) => {
  const [convolution, added] = parts(value, "add") ?? [];
  const bias = perChannel(added);
  if (convolution?.op !== "conv2d" || convolution.inputs.length !== 2 || !bias) return undefined;
  if (!fitsChannels(bias, convolution)) return undefined;
  return { ...convolution, inputs: [...convolution.inputs, bias], module: value.module };
};

/** Statistics are not trained: PyTorch's function gives them no gradient. */
function isStatistic(value: Value): boolean {
  return value.op === "data" || (value.op === "variable" && !value.attrs.isTrained);
}

/** (x − mean)·scale, where scale is 1/√(var + eps), possibly times a weight. Inputs: [x, weight?, bias?, mean, var]. */
const batchNorm: Fusion = (value) => {
  const [centered, factor] = parts(value, "mul") ?? [];
  const [x, shift] = parts(centered, "sub") ?? [];
  const [mean, scale] = [perChannel(shift), perChannel(factor)];
  if (!x || !mean || !scale || !fitsChannels(mean, x)) return undefined;
  const [rstd, weight] = parts(scale, "mul") ?? [scale, undefined];
  const [sum] = parts(rstd, "rsqrt") ?? [];
  const [variance, eps] = parts(sum, "add") ?? [];
  if (
    eps?.op !== "constant" ||
    typeof eps.attrs.value !== "number" ||
    eps.shape.length > 1 ||
    !variance ||
    !sameSizes(variance.shape, mean.shape)
  )
    return undefined;
  if (weight && !sameSizes(weight.shape, mean.shape)) return undefined;
  if (!isStatistic(mean) || !isStatistic(variance)) return undefined;
  const attrs = { eps: eps.attrs.value };
  return { ...value, op: "batchNormInference", attrs, inputs: [x, weight, undefined, mean, variance] };
};

const batchNormBias: Fusion = (value) => {
  const [normal, added] = parts(value, "add") ?? [];
  if (normal?.op !== "batchNormInference") return undefined;
  const [x, weight, before, mean, variance] = normal.inputs;
  const bias = perChannel(added);
  if (!bias || before || !fitsChannels(bias, normal)) return undefined;
  return { ...normal, inputs: [x, weight, bias, mean, variance], module: value.module };
};

/** What was repeated along leading axes to become this value, as a product of matrices would repeat it. */
function beforeRepeats(value: Value): Value {
  const [inner] = parts(value, "expand") ?? [];
  const isMatrix = inner !== undefined && inner.shape.length >= 2;
  return isMatrix && sameSizes(inner.shape.slice(-2), value.shape.slice(-2)) ? inner : value;
}

/** A product of stacks of matrices, whose leading axes were merged into one: a·b like NumPy's `matmul`. */
const product: Fusion = (value) => {
  const [stacked] = parts(value, "reshape") ?? [];
  const [left, right] = parts(stacked, "matmul") ?? [];
  if (!left || !right) return undefined;
  const front = value.shape.slice(0, -2);
  const unstack = (part: Value): Value | undefined => {
    const [inner] = parts(part, "reshape") ?? [part];
    if (!inner || !sameSizes(inner.shape, [...front, ...part.shape.slice(-2)])) return undefined;
    return beforeRepeats(inner);
  };
  const [matrix] = parts(right, "reshape") ?? [];
  const [rows] = parts(left, "reshape") ?? [left];
  const flat =
    matrix?.shape.length === 2 &&
    sameSizes(right.shape, [1, ...matrix.shape]) &&
    rows !== undefined &&
    rows.shape.length >= 2 &&
    sameSizes(value.shape, [...rows.shape.slice(0, -1), matrix.shape[1]!]);
  const [a, b] = flat ? [rows, matrix] : [unstack(left), unstack(right)];
  // Without these, a·b would have another shape: the product of vectors, or of fewer leading axes than were repeated.
  if (!a || !b || Math.max(a.shape.length, b.shape.length) !== value.shape.length) return undefined;
  if (!flat && !sameSizes(value.shape.slice(-2), [a.shape.at(-2)!, b.shape.at(-1)!])) return undefined;
  return { ...value, op: "product", attrs: {}, inputs: [a, b] };
};

/** x·wᵀ */
const linear: Fusion = (value) => {
  const made = product(value);
  const [x, transposed] = made?.inputs ?? [];
  if (transposed?.op !== "permute" || transposed.attrs.order.join() !== "1,0") return made;
  const [weight] = transposed.inputs;
  return { ...made!, op: "linear", attrs: {}, inputs: [x, weight] };
};

const linearBias: Fusion = (value) => {
  const [made, bias] = parts(value, "add") ?? [];
  if (made?.op !== "linear" || made.inputs.length !== 2 || !bias) return undefined;
  if (!sameSizes(bias.shape, [made.inputs[1]!.shape[0]!])) return undefined;
  return { ...made, inputs: [...made.inputs, bias], module: value.module };
};

/** Σx / n */
const mean: Fusion = (value) => {
  const [total, count] = parts(value, "div") ?? [];
  if (total?.op !== "sum" || count?.op !== "constant" || !sameSizes(value.shape, total.shape)) return undefined;
  const [x] = total.inputs as [Value];
  // Elsewhere the mean of integers is an integer.
  if (x.dtype !== value.dtype) return undefined;
  const { axes } = total.attrs;
  const size = axes.map((axis) => x.shape[axis]!).reduce(times, 1);
  return sameSize(size, count.attrs.value) ? { ...total, op: "mean", module: value.module } : undefined;
};

function times(a: Size, b: Size): Size {
  if (typeof a === "number" && typeof b === "number") return a * b;
  const factor = (size: Size): number => (typeof size === "number" ? size : size.perImage);
  return { perImage: factor(a) * factor(b) };
}

/** Whether a value is this number. Attributes are float64; elements are float32. */
function isNumber(value: Value | undefined, number: number): boolean {
  return value?.op === "constant" && value.shape.length === 0 && value.attrs.value === number;
}

/** x·(random ≥ p ? 1/(1 − p) : 0). It drops whole channels if the mask has one number per channel of each image. */
const dropout: Fusion = (value) => {
  const [x, mask] = parts(value, "mul") ?? [];
  const [kept, scale, dropped] = parts(mask, "where") ?? [];
  const [random, p] = parts(kept, "ge") ?? [];
  if (!x || random?.op !== "random" || p?.op !== "constant" || typeof p.attrs.value !== "number") return undefined;
  if (!isNumber(scale, 1 / (1 - p.attrs.value)) || !isNumber(dropped, 0)) return undefined;
  const attrs = { p: p.attrs.value };
  if (sameSizes(x.shape, mask!.shape)) return { ...value, op: "dropout", attrs, inputs: [x] };
  const isPerChannel = x.shape.length === 4 && sameSizes(mask!.shape, [...x.shape.slice(0, 2), 1, 1]);
  return isPerChannel ? { ...value, op: "dropout2d", attrs, inputs: [x] } : undefined;
};

/** Nothing is verified elsewhere. Where no gradient could flow, detaching does nothing either. */
const bare: Fusion = (value) => {
  const [inner] = parts(value, "detach") ?? parts(value, "verified") ?? [];
  return value.op === "detach" && inner?.requiresGrad ? undefined : inner;
};

/** Whether a gradient ends somewhere between a value and the inputs of the one that would take its place. */
function losesStop(value: Value, better: Value): boolean {
  if (!value.requiresGrad) return false;
  const waiting = [...value.inputs];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    if (part === better || better.inputs.includes(part)) continue;
    if (part.op === "detach" || stopsGradient(part)) return true;
    waiting.push(...part.inputs.filter((input) => input !== undefined));
  }
  return false;
}

const fusions: readonly Fusion[] = [convolutionBias, batchNorm, batchNormBias, linear, linearBias, mean, dropout, bare];

/** The value, or the one that it forms together with the values from which it is computed. */
export function fuse(value: Value): Value {
  for (const rule of fusions) {
    const better = rule(value);
    if (better && !losesStop(value, better)) return better;
  }
  return value;
}
