/** Samples of functions that are composed of ops and have no record of their own, for the same checks. */
import type { Node } from "../graph/node.js";
import type { Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import type { SampleInput } from "../graph/op.js";

export interface FunctionSample {
  readonly name: string;
  readonly inputs: readonly (Shape | SampleInput)[];
  readonly build: (...inputs: Node[]) => Node;
  /** The same in Python; `x` is the list of inputs. */
  readonly torch: string;
}

type Row = readonly [inputs: FunctionSample["inputs"], build: FunctionSample["build"], torch: string];

function samplesOf(name: string, rows: readonly Row[]): FunctionSample[] {
  return rows.map(([inputs, build, torch]) => ({ name, inputs, build, torch }));
}

const integers: SampleInput = { shape: [3, 4], range: [-9, 10], dtype: "int32" };
const positive: SampleInput = { shape: [2, 5], range: [0.25, 2] };

const reductions = [
  ...samplesOf("mean", [
    [[[2, 3, 3, 5]], (x) => ops.mean(x, [2, 3]), "x[0].mean([2, 3], keepdim=True)"],
    [[[3, 5]], (x) => ops.mean(x, [0]), "x[0].mean([0], keepdim=True)"],
    [[integers], (x) => ops.mean(x, [0, 1]), "x[0].double().mean([0, 1], keepdim=True)"],
  ]),
  ...samplesOf("amin", [
    [[[3, 5]], (x) => ops.amin(x, [1]), "x[0].amin([1], keepdim=True)"],
    [[integers], (x) => ops.amin(x, [0]), "x[0].amin([0], keepdim=True)"],
  ]),
  ...samplesOf("argmax", [
    [[[5, 10]], (x) => ops.argmax(x, 1), "x[0].argmax(1, keepdim=True)"],
    [[[2, 3, 5]], (x) => ops.argmax(x, 0), "x[0].argmax(0, keepdim=True)"],
    [[[1, 1]], (x) => ops.argmax(x, 1), "x[0].argmax(1, keepdim=True)"],
    [[integers], (x) => ops.argmax(x, 1), "x[0].argmax(1, keepdim=True)"],
  ]),
  ...samplesOf("variance", [
    [[[3, 5]], (x) => ops.variance(x, [1], 1), "x[0].var([1], unbiased=True, keepdim=True)"],
    [[[2, 3, 1, 5]], (x) => ops.variance(x, [0, 3], 0), "x[0].var([0, 3], unbiased=False, keepdim=True)"],
  ]),
];

const powers = samplesOf(
  "pow",
  [2, 3, 1, 0, 4, -3].map((exponent): Row => {
    const inputs = [{ shape: [5], values: [-2, -0.75, 0.5, 1, 3] }];
    return [inputs, (x) => ops.pow(x, ops.constant(exponent)), `x[0] ** ${exponent}`];
  }),
).concat(
  samplesOf(
    "pow",
    [0.5, -0.5, -1, -2, 1.5, 0.1].map((exponent): Row => {
      return [[positive], (x) => ops.pow(x, ops.constant(exponent)), `x[0] ** ${exponent}`];
    }),
  ),
);

const products = samplesOf(
  "matmul",
  (
    [
      [[7], [7]],
      [[3, 5], [5]],
      [[5], [5, 3]],
      [
        [3, 5],
        [5, 2],
      ],
      [
        [2, 3, 5],
        [5, 4],
      ],
      [
        [3, 5],
        [2, 5, 3],
      ],
      [[2, 3, 5], [5]],
      [[5], [2, 5, 3]],
      [
        [2, 1, 3, 5],
        [3, 5, 4],
      ],
      [
        [1, 2, 3, 1],
        [2, 1, 1, 3],
      ],
    ] as readonly (readonly [Shape, Shape])[]
  ).map((inputs): Row => [inputs, (a, b) => ops.matmul(a, b), "torch.matmul(x[0], x[1])"]),
);

const selections = [
  ...samplesOf("sliceAxis", [
    [[[7]], (x) => ops.sliceAxis(x, 0, -3), "x[0][-3:]"],
    [[[3, 5]], (x) => ops.sliceAxis(x, 1, 1, -1, 2), "x[0][:, 1:-1:2]"],
    [[[3, 5]], (x) => ops.sliceAxis(x, 0, -9, 99), "x[0][-9:99]"],
  ]),
  ...samplesOf("oneHot", [
    [
      [{ shape: [7], range: [0, 5], dtype: "int32" }],
      (labels) => ops.oneHot(labels, 5),
      "torch.nn.functional.one_hot(x[0].long(), 5)",
    ],
    [
      [{ shape: [2, 3], range: [0, 3], dtype: "int32" }],
      (labels) => ops.oneHot(labels, 3),
      "torch.nn.functional.one_hot(x[0].long(), 3)",
    ],
  ]),
  ...samplesOf("broadcast chain", [
    [
      [[3, 1], [5], []],
      (a, b, c) => ops.sum(ops.mul(ops.sub(a, b), ops.add(ops.expand(c, [3, 5]), a)), [1]),
      "((x[0] - x[1]) * (x[2].expand(3, 5) + x[0])).sum(1, keepdim=True)",
    ],
  ]),
];

const images = [
  ...samplesOf(
    "adaptiveAvgPool2d",
    (
      [
        [1, 1],
        [2, 3],
        [4, 2],
        [3, 5],
      ] as const
    ).map((size): Row => {
      const torch = `torch.nn.functional.adaptive_avg_pool2d(x[0], (${size.join(", ")}))`;
      return [[[2, 3, 4, 6]], (x) => ops.adaptiveAvgPool2d(x, size), torch];
    }),
  ),
  ...samplesOf("batchMoments", [
    [[[3, 5, 2, 3]], (x) => ops.batchMoments(x).mean, "x[0].mean([0, 2, 3], keepdim=True)"],
    [[[3, 5, 2, 3]], (x) => ops.batchMoments(x).variance, "x[0].var([0, 2, 3], unbiased=False, keepdim=True)"],
  ]),
  ...samplesOf("batchNorm", [
    [
      [[3, 5, 2, 3], [5], [5]],
      (x, weight, bias) => {
        const { mean, variance } = ops.batchMoments(x);
        return ops.batchNorm(x, weight, bias, ops.detach(mean), ops.detach(variance), 1e-5);
      },
      "torch.nn.functional.batch_norm(x[0], None, None, x[1], x[2], True, 0.1, 1e-5)",
    ],
  ]),
];

export const functionSamples: readonly FunctionSample[] = [
  ...reductions,
  ...powers,
  ...products,
  ...selections,
  ...images,
];
