/** Makes dropout, which in evaluation gives its input itself, visible in a network's graph. */
import { Node } from "../graph/node.js";
import { Dropout, Dropout2d, type Module } from "../nn/index.js";
import type { Op } from "../ops/op.js";
import { Tensor } from "../tensor.js";

/** Stands in a graph that is never computed. */
const mark: Op = {
  name: "dropout",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  reference: ([x]) => x!.data,
  gradient: (_, grad) => [grad],
  lowering: { kind: "composite", build: ([x]) => x! },
  samples: [],
  torch: null,
};

/** Until the function that this gives is called, each dropout layer adds a node to the graph. */
export function markDropout(model: Module): () => void {
  const layers = [...model.modules()].filter((module) => module instanceof Dropout || module instanceof Dropout2d);
  const forward = ({ node }: Tensor): Tensor => new Tensor(new Node(mark, [node], {}, node.shape, node.dtype, false));
  for (const layer of layers) Object.defineProperty(layer, "forward", { value: forward, configurable: true });
  return () => layers.forEach((layer) => Reflect.deleteProperty(layer, "forward"));
}
