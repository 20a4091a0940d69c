/** What the functions of `F` say about arguments that do not fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ArgumentError, ShapeError } from "../../errors/errors.js";
import { ones, tensor, zeros } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import * as F from "./index.js";

const integers = (...values: number[]): Tensor => tensor(Int32Array.from(values));
const errors: [name: string, call: () => Tensor, kind: typeof ShapeError | typeof ArgumentError, text: string][] = [
  [
    "conv2d: channels",
    () => F.conv2d(zeros([8, 3, 28, 28]), zeros([32, 1, 3, 3])),
    ShapeError,
    "conv2d: input [8,3,28,28] has 3 channels, but weight [32,1,3,3] expects 1. Hint: ",
  ],
  [
    "conv2d: channels of groups",
    () => F.conv2d(zeros([8, 6, 9, 9]), zeros([4, 2, 3, 3]), null, { groups: 2 }),
    ShapeError,
    "conv2d: input [8,6,9,9] has 6 channels, but weight [4,2,3,3] expects 4 (2 groups of 2). Hint: ",
  ],
  [
    "conv2d: outputs and groups",
    () => F.conv2d(zeros([8, 6, 9, 9]), zeros([4, 2, 3, 3]), null, { groups: 3 }),
    ShapeError,
    "conv2d: the 4 output channels of weight [4,2,3,3] cannot be divided into 3 groups.",
  ],
  [
    "conv2d: groups",
    () => F.conv2d(zeros([8, 6, 9, 9]), zeros([4, 2, 3, 3]), null, { groups: 0 }),
    ArgumentError,
    "conv2d: invalid groups; expected an integer of at least 1, got 0.",
  ],
  [
    "conv2d: a small image",
    () => F.conv2d(zeros([8, 1, 2, 28]), zeros([32, 1, 5, 5]), null, { padding: 1 }),
    ShapeError,
    "conv2d: the kernel covers 5×5, but input [8,1,2,28] with its padding has only 4×30.",
  ],
  [
    "conv2d: stride",
    () => F.conv2d(zeros([8, 1, 9, 9]), zeros([32, 1, 3, 3]), null, { stride: [1, 0] }),
    ArgumentError,
    "conv2d: invalid stride; expected an integer of at least 1, or two of them: [height, width], got [1,0].",
  ],
  [
    "conv2d: padding",
    () => F.conv2d(zeros([8, 1, 9, 9]), zeros([32, 1, 3, 3]), null, { padding: -1 }),
    ArgumentError,
    'conv2d: invalid padding; expected an integer of at least 0, or two of them: [height, width], or "same" or "valid", got -1.',
  ],
  [
    "conv2d: axes",
    () => F.conv2d(zeros([1, 28, 28]), zeros([32, 1, 3, 3])),
    ShapeError,
    "conv2d: input [1,28,28] has 3 axes; expected 4: [N,C,H,W]. Hint: add the batch axis with unsqueeze(0).",
  ],
  [
    "conv2d: axes of the weight",
    () => F.conv2d(zeros([8, 1, 28, 28]), zeros([32, 9]), null, { padding: "same" }),
    ShapeError,
    "conv2d: weight [32,9] has 2 axes; expected 4: [O,C/groups,KH,KW].",
  ],
  [
    "conv2d: type",
    () => F.conv2d(zeros([8, 1, 9, 9], { dtype: "int32" }), zeros([32, 1, 3, 3])),
    ShapeError,
    "conv2d: input [8,1,9,9] holds int32; expected float32. Hint: convert it with float().",
  ],
  [
    "conv2d: bias",
    () => F.conv2d(zeros([8, 1, 9, 9]), zeros([32, 1, 3, 3]), zeros([8])),
    ShapeError,
    "conv2d: bias [8] does not fit weight [32,1,3,3]; expected [32].",
  ],
  [
    "conv2d: same with a stride",
    () => F.conv2d(zeros([8, 1, 9, 9]), zeros([32, 1, 3, 3]), null, { padding: "same", stride: 2 }),
    ArgumentError,
    'conv2d: padding "same" is not possible with stride [2,2].',
  ],
  [
    "batchNorm: channels",
    () => F.batchNorm(zeros([8, 16, 5, 5]), zeros([16]), zeros([8])),
    ShapeError,
    "batchNorm: input [8,16,5,5] has 16 channels, but runningVar has the shape [8]; expected [16].",
  ],
  [
    "batchNorm: axes",
    () => F.batchNorm(zeros([8, 16]), null, null, { training: true }),
    ShapeError,
    "batchNorm: input [8,16] has 2 axes; expected 4: [N,C,H,W].",
  ],
  [
    "batchNorm: one value",
    () => F.batchNorm(zeros([1, 16, 1, 1]), null, null, { training: true }),
    ShapeError,
    "batchNorm: input [1,16,1,1] has a single value per channel, which has no variance; expected more than one",
  ],
  [
    "batchNorm: no statistics",
    () => F.batchNorm(zeros([2, 16, 4, 4]), null, zeros([16])),
    ArgumentError,
    "batchNorm: runningMean and runningVar are needed outside training.",
  ],
  [
    "maxPool2d: a small image",
    () => F.maxPool2d(zeros([8, 1, 5, 1]), 2),
    ShapeError,
    "maxPool2d: the kernel covers 2×2, but input [8,1,5,1] with its padding has only 5×1.",
  ],
  [
    "maxPool2d: padding",
    () => F.maxPool2d(zeros([8, 1, 5, 5]), [2, 3], { padding: [1, 2] }),
    ArgumentError,
    "maxPool2d: padding [1,2] is more than half of the kernel [2,3].",
  ],
  [
    "avgPool2d: axes",
    () => F.avgPool2d(zeros([5, 5]), 2),
    ShapeError,
    "avgPool2d: input [5,5] has 2 axes; expected 4: [N,C,H,W].",
  ],
  [
    "avgPool2d: kernel",
    () => F.avgPool2d(zeros([8, 1, 5, 5]), 1.5),
    ArgumentError,
    "avgPool2d: invalid kernelSize; expected an integer of at least 1, or two of them: [height, width], got 1.5.",
  ],
  [
    "adaptiveAvgPool2d: size",
    () => F.adaptiveAvgPool2d(zeros([8, 1, 5, 5]), [0, 2]),
    ArgumentError,
    "adaptiveAvgPool2d: invalid outputSize; expected an integer of at least 1, or [height, width], null for the input's, got [0,2].",
  ],
  [
    "linear: features",
    () => F.linear(zeros([8, 13]), zeros([10, 12])),
    ShapeError,
    "linear: input [8,13] has 13 features, but weight [10,12] expects 12.",
  ],
  [
    "linear: bias",
    () => F.linear(zeros([8, 13]), zeros([10, 13]), zeros([13])),
    ShapeError,
    "linear: bias [13] does not fit weight [10,13]; expected [10].",
  ],
  [
    "dropout: p",
    () => F.dropout(zeros([2]), 1.5),
    ArgumentError,
    "dropout: invalid p; expected a number from 0 to 1, got 1.5.",
  ],
  [
    "dropout2d: axes",
    () => F.dropout2d(zeros([2, 3])),
    ShapeError,
    "dropout2d: input [2,3] has 2 axes; expected 4: [N,C,H,W].",
  ],
  [
    "softmax: type",
    () => F.softmax(integers(1, 2), 0),
    ShapeError,
    "softmax: input [2] holds int32; expected float32.",
  ],
  [
    "logSoftmax: axis",
    () => F.logSoftmax(zeros([2, 3]), 2),
    ShapeError,
    "logSoftmax: axis 2 does not exist in a tensor with 2 axes; expected an integer from -2 to 1.",
  ],
  [
    "nllLoss: float targets",
    () => F.nllLoss(zeros([2, 3]), zeros([2])),
    ShapeError,
    "nllLoss: target [2] holds float32; expected class indices as int32. Hint: ",
  ],
  [
    "nllLoss: target",
    () => F.nllLoss(zeros([2, 3, 4, 4]), integers(1, 2)),
    ShapeError,
    "nllLoss: target [2] does not fit input [2,3,4,4]; expected a class for each place: [2,4,4].",
  ],
  [
    "nllLoss: no classes",
    () => F.nllLoss(zeros([3]), integers(1, 2, 0)),
    ShapeError,
    "nllLoss: input [3] has no class axis; expected [N,C] or [N,C,…].",
  ],
  [
    "nllLoss: class",
    () => F.nllLoss(zeros([2, 3]), integers(1, 3)),
    ArgumentError,
    "nllLoss: target 3 at position 1 is out of bounds: it is not one of the 3 classes; expected 0 to 2, or -100 to ignore the position.",
  ],
  [
    "nllLoss: weight",
    () => F.nllLoss(zeros([2, 3]), integers(1, 2), { weight: ones([2]) }),
    ShapeError,
    "nllLoss: weight [2] does not fit the 3 classes of input [2,3]; expected [3].",
  ],
  [
    "crossEntropy: class",
    () => F.crossEntropy(zeros([2, 3]), integers(-1, 0), { ignoreIndex: 7 }),
    ArgumentError,
    "crossEntropy: target -1 at position 0 is out of bounds: it is not one of the 3 classes; expected 0 to 2, or 7 to ignore the position.",
  ],
  [
    "crossEntropy: smoothing",
    () => F.crossEntropy(zeros([2, 3]), integers(1, 2), { labelSmoothing: 2 }),
    ArgumentError,
    "crossEntropy: invalid labelSmoothing; expected a number from 0 to 1, got 2.",
  ],
  [
    "mseLoss: shapes",
    () => F.mseLoss(zeros([2, 3]), zeros([2, 1])),
    ShapeError,
    "mseLoss: input is [2,3] but target is [2,1]; expected equal shapes.",
  ],
  [
    "mseLoss: reduction",
    () => F.mseLoss(zeros([2]), zeros([2]), { reduction: "average" as "mean" }),
    ArgumentError,
    'mseLoss: invalid reduction; expected "mean", "sum" or "none", got "average".',
  ],
];

for (const [name, call, kind, text] of errors) {
  test(`${name}: the error says what is wrong`, () => {
    assert.throws(call, (error: unknown) => {
      assert.ok(error instanceof kind, String(error));
      assert.ok(error.message.startsWith(text), `${error.message}\ninstead of\n${text}`);
      return true;
    });
  });
}
