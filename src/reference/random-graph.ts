/** Random graphs whose results are exact in float32: inputs are small whole numbers, and so are all results, in eighths. */
import { topologicalOrder, type Node } from "../graph/node.js";
import { broadcastShapes, sizeOf, type Shape } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import { builders, pick, type Step } from "./random-steps.js";
import { evaluate } from "./reference.js";

/** No tensor has more elements, and no element a larger magnitude. */
const largest = { elements: 400, magnitude: 2 ** 18 };

/** All elements are multiples of this. Products are multiples of its square, and exact: their sums need 24 bits. */
export const grain = 1 / 8;

export const areMultiples = (nodes: readonly Node[], of: number): boolean =>
  evaluate(nodes).every(({ data }) => data.every((x) => Number.isInteger(x / of)));

function broadcast(a: Shape, b: Shape): boolean {
  try {
    broadcastShapes("", a, b);
    return true;
  } catch {
    return false;
  }
}

/** The largest magnitude of a node's elements, with those of sums on their way, in whatever order they are added. */
export function magnitudesOf(order: readonly Node[]): Map<Node, number> {
  const values = evaluate(order);
  const found = new Map<Node, number>();
  order.forEach((node, i) => {
    const own = values[i]!.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const of = (input: number): number => found.get(node.inputs[input]!)!;
    let sums = 0;
    if (ops.sum.is(node)) sums = (of(0) * sizeOf(node.inputs[0]!.shape)) / sizeOf(node.shape);
    if (ops.matmul.is(node)) sums = of(0) * of(1) * node.inputs[0]!.shape.at(-1)!;
    found.set(node, Math.max(own, sums));
  });
  return found;
}

/** The nodes of a random graph; a step whose result would be too large or too fine is left out. */
export function grow(leaves: readonly Node[], steps: readonly Step[]): Node[] {
  const nodes = [...leaves];
  for (const { op, x: first, y: second, more } of steps) {
    const x = pick(nodes, first);
    const y = pick(
      nodes.filter(({ shape }) => broadcast(shape, x.shape)),
      second,
    );
    const made = builders[op]!(x, y, more);
    if (!made || sizeOf(made.shape) > largest.elements) continue;
    const order = topologicalOrder([made]);
    const fits = Math.max(...magnitudesOf(order).values()) <= largest.magnitude;
    if (fits && areMultiples(order, grain)) nodes.push(made);
  }
  return nodes;
}
