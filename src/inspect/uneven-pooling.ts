/**
 * Recognises adaptive pooling to a size that does not divide the image's. It consists of slices, their means, and a
 * concatenation, first along the height and then along the width, and is one layer.
 */
import type { Node } from "../graph/node.js";
import type { Pair } from "../graph/shape.js";
import * as ops from "../ops/index.js";
import type { LayerDetail } from "./layer-detail.js";

export interface UnevenPooling {
  /** What is pooled. */
  readonly source: Node;
  /** All that the pooling consists of, but not its source. */
  readonly nodes: ReadonlySet<Node>;
}

/** The pooling that ends in a node. */
export function unevenPooling(node: Node): UnevenPooling | undefined {
  const wide = meansAlong(3, node);
  if (!wide) return undefined;
  const high = meansAlong(2, wide.source);
  // Two means in a row are just that.
  if (!high || ![node, wide.source].some(ops.cat.is)) return undefined;
  return { source: high.source, nodes: new Set([...high.nodes, ...wide.nodes]) };
}

/** The layer that a pooling from a map to a smaller or larger one makes. */
export function poolingDetail(from: Node, to: Node): LayerDetail {
  const largest = (axis: number): number =>
    Math.max(...windowsOf(from.shape[axis]!, to.shape[axis]!).map(([start, end]) => end - start));
  const kernel: Pair = [largest(2), largest(3)];
  const stride: Pair = [Math.ceil(from.shape[2]! / to.shape[2]!), Math.ceil(from.shape[3]! / to.shape[3]!)];
  return { kind: "pool", by: "mean", kernel, stride };
}

/** Where each window starts and ends, as in `ops.adaptiveAvgPool2d`. */
function windowsOf(input: number, output: number): [start: number, end: number][] {
  return Array.from({ length: output }, (_, i) => [
    Math.floor((i * input) / output),
    Math.ceil(((i + 1) * input) / output),
  ]);
}

function meansAlong(axis: number, node: Node): UnevenPooling | undefined {
  if (node.shape.length !== 4) return undefined;
  // A single part is not concatenated.
  const parts = ops.cat.is(node) && node.attrs.axis === axis ? node.inputs : [node];
  const sums = parts.flatMap((part) => (ops.div.is(part) ? part.inputs[0]! : []));
  const windows = sums.flatMap((sum) => (ops.sum.is(sum) && sum.attrs.axes.join() === `${axis}` ? sum.inputs[0]! : []));
  if (windows.length < parts.length) return undefined;
  // A window that is as large as the map is no slice.
  const sources = [...new Set(windows.flatMap((one) => (ops.slice.is(one) ? [one.inputs[0]!, one] : [one])))];
  const source = sources.find((one) => areWindows(windows, one, axis));
  if (!source) return undefined;
  const nodes = new Set([...windows, ...sums, ...parts, node]);
  nodes.delete(source);
  return { source, nodes };
}

/** Whether these are the windows into which a map is divided along an axis. */
function areWindows(windows: readonly Node[], source: Node, axis: number): boolean {
  return windowsOf(source.shape[axis]!, windows.length).every(([start, end], i) => {
    const window = windows[i]!;
    if (window === source) return start === 0 && end === source.shape[axis];
    if (!ops.slice.is(window) || window.inputs[0] !== source) return false;
    const { begin, step } = window.attrs;
    return begin[axis] === start && step[axis] === 1 && window.shape[axis] === end - start;
  });
}
