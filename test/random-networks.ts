/**
 * Random networks for the tests of exporters. There are two kinds: of exact ops, and of layers' parts, which exporters
 * recognise and must not recognise where they only look alike. Leaves are parameters, buffers, and elements that are
 * not trained.
 */
import fc from "fast-check";
import { topologicalOrder, type Dtype, type Node } from "../src/graph/node.js";
import { applyOp } from "../src/graph/op.js";
import { sizeOf, type Shape } from "../src/graph/shape.js";
import { Buffer, functional as F, Module, Parameter } from "../src/nn/index.js";
import * as ops from "../src/ops/index.js";
import { grow } from "../src/reference/random-graph.js";
import { builders } from "../src/reference/random-steps.js";
import { fillInput } from "../src/reference/sample-inputs.js";
import { tensor } from "../src/tensor/creation.js";
import { Tensor } from "../src/tensor/tensor.js";

export const IMAGE = [3, 4, 6];

const whole = (shape: Shape, fill: number, dtype: Dtype = "float32"): Tensor => {
  const { values } = fillInput({ shape, range: [-3, 4], dtype: "int32" }, `exported ${fill}`);
  return tensor(dtype === "int32" ? values : Float32Array.from(values), [...shape]);
};
/** A batch of two images for a random network. */
export const images = whole([2, ...IMAGE], 0);

/** What a leaf of the graph is in the network. */
const kinds = ["parameter", "buffer", "data"] as const;

/** A network with some leaves, whose forward is a given function of the first image and of the leaves. */
export class Grown extends Module {
  readonly #leaves: () => readonly Tensor[];
  readonly #compute: (leaves: readonly Tensor[]) => Tensor;

  constructor(
    leaves: readonly { readonly kind: (typeof kinds)[number]; readonly elements: Tensor }[],
    compute: (leaves: readonly Tensor[]) => Tensor,
    /** What it consists of, for the report of a failing case. */
    readonly content: string,
  ) {
    super();
    this.#compute = compute;
    const made = leaves.map(({ kind, elements }, i) => {
      if (kind === "data") return elements;
      const isParameter = kind === "parameter" && elements.dtype === "float32";
      const held = isParameter ? new Parameter(elements) : new Buffer(elements);
      if (held instanceof Parameter) this.registerParameter(`p${i}`, held);
      else this.registerBuffer(`p${i}`, held);
      return held;
    });
    this.#leaves = () => made;
  }

  [fc.toStringMethod](): string {
    return this.content;
  }

  /** The first image alone, so that no shape follows the batch size. The result depends on it, and is float32. */
  override forward(batch: Tensor): Tensor {
    const first = batch.slice(0, 0, 1);
    return this.#compute([first, ...this.#leaves()])
      .float()
      .add(first.mean().mul(0));
  }
}

// Exact ops -----------------------------------------------------------------------------------------------------------

const shapes = fc.array(fc.constantFrom(1, 2, 3, 4, 5), { maxLength: 4 }).filter((shape) => sizeOf(shape) <= 100);
const leaves = fc.record({
  kind: fc.constantFrom(...kinds),
  elements: fc
    .tuple(shapes, fc.nat(9999), fc.constantFrom<Dtype>("float32", "float32", "int32"))
    .map(([shape, fill, dtype]) => whole(shape, fill, dtype)),
});
const more = fc.tuple(fc.nat(63), fc.nat(63), fc.nat(63));
const steps = fc.array(
  // ONNX cannot pad between elements.
  fc.record({
    op: fc.constantFrom(...Object.keys(builders).filter((op) => op !== "pad")),
    x: fc.nat(30),
    y: fc.nat(30),
    more,
  }),
  { minLength: 1, maxLength: 9 },
);

/** Builds a graph again, with other leaves. */
function rebuilt(root: Node, leaves: readonly Node[], others: readonly Node[]): Node {
  const made = new Map(leaves.map((leaf, i) => [leaf, others[i]!]));
  for (const node of topologicalOrder([root])) {
    if (made.has(node)) continue;
    const inputs = node.inputs.map((input) => made.get(input)!);
    made.set(node, inputs.length === 0 ? node : applyOp(node.op, inputs, node.attrs));
  }
  return made.get(root)!;
}

// Parts of layers -----------------------------------------------------------------------------------------------------

/** The numbers of channels in these graphs; 1 is broadcast. */
const CHANNELS = [1, 3, 6] as const;

interface Held {
  /** A vector [C]. */
  readonly vector: (channels: number, which: number) => Tensor;
  /** [O,I,1,1] */
  readonly kernel: (outputs: number, inputs: number) => Tensor;
  /** [6,6] */
  readonly matrix: Tensor;
}

type Part = (x: Tensor, held: Held, more: readonly [number, number, number]) => Tensor | undefined;

/** The number of channels of another operand: those of x, or 1, or any if x has only one. */
const other = (x: Tensor, by: number): number => (x.shape[1] === 1 ? CHANNELS[by % 3]! : [x.shape[1]!, 1][by % 2]!);
const perChannel = (v: Tensor): Tensor => v.view(1, -1, 1, 1);
const channelwise =
  (combine: (x: Tensor, v: Tensor) => Tensor): Part =>
  (x, { vector }, [by, which]) =>
    combine(x, perChannel(vector(other(x, by), which)));
const overRows =
  (combine: (x: Tensor, held: Held, which: number) => Tensor): Part =>
  (x, held, [which]) =>
    x.shape[3] === 6 ? combine(x, held, which) : undefined;

const parts: Readonly<Record<string, Part>> = {
  convolution: (x, { kernel, vector }, [by, which, bias]) => {
    const outputs = CHANNELS[by % 3]!;
    return F.conv2d(x, kernel(outputs, x.shape[1]!), bias % 2 ? vector(outputs, which) : null);
  },
  "add to channels": channelwise((x, v) => x.add(v)),
  "channels, added to": channelwise((x, v) => v.add(x)),
  "subtract from channels": channelwise((x, v) => x.sub(v)),
  "scale channels": channelwise((x, v) => x.mul(v)),
  "channels, scaled": channelwise((x, v) => v.mul(x)),
  "scale and add the same": channelwise((x, v) => x.mul(v).add(v)),
  "normalise by hand": (x, { vector }, [by, which, weighted]) => {
    const count = other(x, by);
    const scale = vector(count, which).square().add(0.5).rsqrt();
    const factor = weighted % 2 ? scale.mul(vector(count, which + 1)) : scale;
    return x.sub(perChannel(vector(count, which + 1))).mul(perChannel(factor));
  },
  "batch norm": (x, { vector }, [which, affine]) => {
    const channels = x.shape[1]!;
    const [mean, variance] = [vector(channels, which), vector(channels, which + 1).abs()];
    const [weight, bias] = [affine % 2 ? vector(channels, 2) : null, affine % 4 > 1 ? vector(channels, which) : null];
    return F.batchNorm(x, mean, variance, { weight, bias });
  },
  "group norm": (x) => {
    const groups = x.view(1, x.shape[1]!, -1);
    const centred = groups.sub(groups.mean([2], true));
    return centred.div(centred.square().mean([2], true).add(1e-3).sqrt()).view(...x.shape);
  },
  matrix: overRows((x, { matrix }) => x.matmul(matrix)),
  "transposed matrix": overRows((x, { matrix }) => x.matmul(matrix.t())),
  linear: overRows((x, { matrix, vector }, which) => F.linear(x, matrix, vector(6, which))),
  "linear and an addition": overRows((x, { matrix, vector }, which) =>
    F.linear(x, matrix).add(vector(which % 2 ? 6 : 1, which)),
  ),
  vector: overRows((x, { vector }, which) => x.matmul(vector(6, which)).unsqueeze(3)),
  "repeated row": overRows((x, { matrix }) => matrix.slice(0, 0, 1).expand(x.shape[2]!, 6).matmul(x.transpose(2, 3))),
  "repeated vector": overRows((x, { vector }, which) =>
    vector(6, which)
      .expand(...x.shape)
      .matmul(x.transpose(2, 3)),
  ),
  "product with itself": (x) => x.matmul(x.transpose(2, 3)),
  mean: (x, _, [axes]) => x.mean([2, 3].slice(axes % 2), true),
  "mean of integers": (x) => x.gt(0.1234567).mean([2, 3], true),
  "nearly a mean": (x, _, [by]) => x.sum([2, 3], true).div(x.shape[2]! * x.shape[3]! + (by % 2)),
  residual: (x, { kernel }) => x.add(F.conv2d(x, kernel(x.shape[1]!, x.shape[1]!))),
  pooling: (x, _, [average]) =>
    Math.min(x.shape[2]!, x.shape[3]!) < 2 ? undefined : average % 2 ? F.avgPool2d(x, 2) : F.maxPool2d(x, 2),
  activation: (x) => F.relu(x),
  detach: (x) => x.detach(),
};

/** Networks of exact ops. */
export const exactNetworks: fc.Arbitrary<Grown> = fc
  .tuple(fc.array(leaves, { maxLength: 3 }), steps)
  .map(([given, steps]) => {
    const first = images.slice(0, 0, 1);
    const inputs = [first, ...given.map(({ elements }) => elements)].map((held) =>
      ops.data(held.data(), held.shape, held.dtype),
    );
    const root = grow(inputs, steps).at(-1)!;
    const compute = (leaves: readonly Tensor[]): Tensor =>
      new Tensor(
        rebuilt(
          root,
          inputs,
          leaves.map(({ node }) => node),
        ),
      );
    return new Grown(given, compute, steps.map(({ op }) => op).join());
  });

/** Networks of parts of layers. */
export const layeredNetworks: fc.Arbitrary<Grown> = fc
  .tuple(
    fc.array(fc.record({ part: fc.constantFrom(...Object.keys(parts)), more }), { minLength: 1, maxLength: 5 }),
    fc.constantFrom(...kinds),
    fc.constantFrom(...kinds),
  )
  .map(([sequence, ...kind]) => {
    const shapes: Shape[] = [
      ...CHANNELS.flatMap((channels) => [[channels], [channels], [channels]]),
      ...CHANNELS.flatMap((outputs) => CHANNELS.map((inputs) => [outputs, inputs, 1, 1])),
      [6, 6],
    ];
    const given = shapes.map((shape, i) => ({ kind: kind[i % 2]!, elements: whole(shape, i).add(0.5) }));
    const compute = ([first, ...leaves]: readonly Tensor[]): Tensor => {
      const held: Held = {
        vector: (channels, which) => leaves[3 * CHANNELS.indexOf(channels as 1) + (which % 3)]!,
        kernel: (outputs, inputs) => leaves[9 + 3 * CHANNELS.indexOf(outputs as 1) + CHANNELS.indexOf(inputs as 1)]!,
        matrix: leaves.at(-1)!,
      };
      return sequence.reduce(
        (x, { part, more }) => (CHANNELS.includes(x.shape[1] as 1) ? (parts[part]!(x, held, more) ?? x) : x),
        first!,
      );
    };
    return new Grown(given, compute, sequence.map(({ part }) => part).join());
  });
