/** What the nodes of each op say about a network: the kind of layer that they make, and its cost. */
import type { Node } from "../graph/node.js";
import { OpRules } from "../graph/op-rules.js";
import { sizeOf, type Pair } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import type { LayerDetail } from "./layer-detail.js";

/** The layer that a node makes. */
export interface OpLayer {
  /**
   * What the layer does; undefined if the node makes none after all.
   * @param isActive whether a node depends on the network's inputs; weights do not
   */
  readonly detail: (isActive: (node: Node) => boolean) => LayerDetail | undefined;
  /** The name of the function that builds it, if it differs from the op's name. */
  readonly functionName?: string;
  /** Set if each node is a layer of its own. A module with several of them is split into layers, as if it had submodules. */
  readonly weighty?: true;
  /** The number of multiply-adds. */
  readonly multiplyAdds?: number;
}

const windowed = (by: "max" | "mean", { kernel, stride }: { kernel: Pair; stride: Pair }): OpLayer => ({
  detail: () => ({ kind: "pool", by, kernel, stride }),
  weighty: true,
});

const softmax = (log: boolean, axis: number): OpLayer => ({ detail: () => ({ kind: "softmax", log, axis }) });

const activation = ({ op }: Node): OpLayer => ({ detail: () => ({ kind: "activation", by: op.name }) });

/** A reduction of images [N,C,H,W] over their height or width is pooling. */
const pooling = (by: "max" | "mean", functionName: string, { op, attrs, inputs: [x] }: Node): OpLayer => {
  const axes = op.lowering.kind === "reduce" ? op.lowering.axes(attrs) : [];
  const isPooling = x!.shape.length === 4 && (axes.includes(2) || axes.includes(3));
  const kernel = [2, 3].map((axis) => (axes.includes(axis) ? x!.shape[axis]! : 1)) as [number, number];
  return { detail: () => (isPooling ? { kind: "pool", by, kernel, stride: kernel } : undefined), functionName };
};

const layers = new OpRules<[], OpLayer>()
  .on(ops.add, ({ inputs }) => ({ detail: (isActive) => (inputs.every(isActive) ? { kind: "add" } : undefined) }))
  .on(ops.cat, () => ({ detail: () => ({ kind: "cat" }) }))
  .on(ops.conv2d, ({ inputs: [x, w], attrs, shape }) => ({
    detail: () => ({
      kind: "conv",
      ...attrs,
      kernel: [w!.shape[2]!, w!.shape[3]!],
      inChannels: x!.shape[1]!,
      outChannels: shape[1]!,
    }),
    weighty: true,
    multiplyAdds: sizeOf(shape) * sizeOf(w!.shape.slice(1)),
  }))
  .on(ops.matmul, ({ inputs, shape }) => {
    const inFeatures = inputs[0]!.shape.at(-1)!;
    return {
      // A product of two layers' outputs has no weights.
      detail: (isActive) =>
        inputs.every(isActive) ? undefined : { kind: "linear", inFeatures, outFeatures: shape.at(-1)! },
      functionName: "linear",
      weighty: true,
      multiplyAdds: sizeOf(shape) * inFeatures,
    };
  })
  .on(ops.softmax, ({ attrs: { axis } }) => softmax(false, axis))
  .on(ops.logSoftmax, ({ attrs: { axis } }) => softmax(true, axis))
  .on(ops.batchNorm, () => ({ detail: () => ({ kind: "batchNorm" }) }))
  .on(ops.maxPool2d, ({ attrs }) => windowed("max", attrs))
  .on(ops.avgPool2d, ({ attrs }) => windowed("mean", attrs))
  .on(ops.sum, (node) => pooling("mean", "mean", node))
  .on(ops.amax, (node) => pooling("max", "amax", node))
  .on(ops.relu, activation)
  .on(ops.sigmoid, activation)
  .on(ops.tanh, activation);

/** The layer that a node makes; undefined if its op makes none of a kind of its own. */
export function layerOf(node: Node): OpLayer | undefined {
  return layers.apply(node);
}
