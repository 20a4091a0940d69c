/**
 * The oracle: evaluates a graph op by op in float64, by the naive definition in each record. The compiled engine is
 * checked against it. It is never used for training.
 */
import type { Value } from "../graph/op.js";
import { topologicalOrder, type Dtype, type HostArray, type Node } from "../graph/node.js";

/** The float64 values of `roots`, in their order. */
export function evaluate(roots: readonly Node[]): Value[] {
  const values = new Map<Node, Value>();
  for (const node of topologicalOrder(roots)) {
    const data = node.value
      ? Float64Array.from(node.value)
      : node.op.reference(
          node.inputs.map((input) => values.get(input)!),
          node.attrs,
          node,
        );
    values.set(node, { shape: node.shape, data });
  }
  return roots.map((root) => values.get(root)!);
}

/** Rounds a reference value to a tensor's element type. */
export function toHostArray(value: Value, dtype: Dtype): HostArray {
  return dtype === "float32" ? Float32Array.from(value.data) : Int32Array.from(value.data);
}
