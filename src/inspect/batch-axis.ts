/** Follows the images of a batch through the lazy graph: a reshape or a permutation may mix them with channels. */
import type { Node } from "../graph/node.js";
import * as ops from "../ops/index.js";
import { BATCH } from "../trace/lazy-call.js";
import { placeInShape, type AxisPlace } from "./axis-place.js";

/** The axis along which the images lie; "mixed" if something else lies along it too, null if none does. */
export type BatchAxis = number | "mixed" | null;

/**
 * @param order a graph's nodes, inputs before users
 * @param inputs the network's inputs among them, whose first axis is the batch
 */
export function followBatch(order: readonly Node[], inputs: readonly Node[]): (node: Node) => BatchAxis {
  const places = new Map<Node, AxisPlace>(inputs.map((input) => [input, { axis: 0, inner: 1 }]));
  for (const node of order) {
    const place = places.get(node) ?? follow(node, places);
    if (place) places.set(node, place);
  }
  return (node) => {
    const place = places.get(node);
    if (!place) return null;
    return place.inner === 1 && node.shape[place.axis] === BATCH ? place.axis : "mixed";
  };
}

function follow(node: Node, places: ReadonlyMap<Node, AxisPlace>): AxisPlace | undefined {
  const input = node.inputs.find((one) => places.has(one));
  if (!input) return undefined;
  const place = places.get(input)!;
  const { lowering } = node.op;
  if (lowering.kind === "reduce") return lowering.axes(node.attrs).includes(place.axis) ? undefined : place;
  if (ops.reshape.is(node)) return placeInShape(place, input.shape, node.shape);
  if (ops.permute.is(node)) return { ...place, axis: node.attrs.order.indexOf(place.axis) };
  // A product of matrices, and inputs of which some are broadcast, are aligned from their last axes.
  return { ...place, axis: place.axis + node.shape.length - input.shape.length };
}
