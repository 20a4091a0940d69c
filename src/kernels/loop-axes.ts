/** Which axis of a loop kernel's domain vectors lie along, and in which order its axes are walked. */
import type { LoopNest } from "./loop-nest.js";
import { longestAxis } from "./views.js";

/** The axes of the loops, outermost first; the vector axis, if there is one, is among them. */
export interface LoopAxes {
  /** Axes that the results have. */
  readonly kept: readonly number[];
  /** Axes that are reduced. */
  readonly folded: readonly number[];
  readonly vector: number | undefined;
}

export function chooseAxes(nest: LoopNest): LoopAxes {
  const inner = nest.domain.flatMap((extent, axis) => (axis === nest.outerAxis || extent === 1 ? [] : [axis]));
  const isReduced = (axis: number): boolean => nest.reduced.includes(axis);
  return {
    kept: widestFirst(
      nest,
      inner.filter((axis) => !isReduced(axis)),
    ),
    folded: widestFirst(nest, inner.filter(isReduced)),
    vector: chooseVectorAxis(nest, inner),
  };
}

/** The longest axis along which vectors can lie. Axes that are not reduced come before those that are. */
function chooseVectorAxis(nest: LoopNest, inner: readonly number[]): number | undefined {
  const candidates = inner.filter((axis) => suitsVectors(nest, axis));
  const kept = candidates.filter((axis) => !nest.reduced.includes(axis));
  return longestAxis(kept.length > 0 ? kept : candidates, nest.domain);
}

/** Whether every view has stride 0 or 1 along an axis, those that are written have 1, and at least one of all has 1. */
function suitsVectors({ domain, reduced, reads, roots }: LoopNest, axis: number): boolean {
  const loaded = reads.map((access) => access.view);
  const written = roots.map((root) => root.output);
  const isFolded = reduced.includes(axis);
  const checked = isFolded ? loaded : [...loaded, ...written];
  if (!checked.every((view) => view.strides[axis] === 0 || view.strides[axis] === 1)) return false;
  if (!isFolded && !written.every((view) => view.strides[axis] === 1)) return false;
  return (
    checked.some((view) => view.strides[axis] === 1) && (domain[axis]! >= 4 || written.every((view) => view.padded))
  );
}

/** Axes with the widest strides first. What counts is the first output, or the first input for reduced axes. */
function widestFirst({ reduced, reads, roots }: LoopNest, axes: readonly number[]): number[] {
  const output = roots[0]!.output;
  const input = reads[0]?.view;
  const width = (axis: number): number =>
    reduced.includes(axis) ? Math.abs(input?.strides[axis] ?? 0) : Math.abs(output.strides[axis]!);
  return [...axes].sort((x, y) => width(y) - width(x) || x - y);
}
