/**
 * Loop kernels in the schedule: which axis is the outer one, and whether an existing kernel can do the work as well.
 */
import { sizeOf, type Shape } from "../../graph/shape.js";
import type { Border, LoopRoot } from "../../kernels/loop-nest.js";
import { LoopKernel } from "../../kernels/loop.js";
import { longestAxis } from "../../kernels/views.js";
import type { Schedule } from "./schedule.js";

/** Loops over fewer elements than this run on one thread, unless they continue a parallel phase. */
const worthThreads = 16384;

/** Adds roots over a domain to the schedule: to an existing loop kernel if possible. */
export function placeLoop(
  schedule: Schedule,
  domain: Shape,
  roots: readonly LoopRoot[],
  reduced: readonly number[],
): void {
  const candidate = chooseKernel(schedule, domain, roots, reduced);
  const present = schedule.mergeable(candidate, schedule.earliest(candidate));
  if (!present) {
    schedule.place(candidate);
    return;
  }
  for (const root of candidate.roots) (present.kernel as LoopKernel).add(root);
  schedule.record(present, candidate.reads, candidate.writes);
}

function chooseKernel(
  schedule: Schedule,
  domain: Shape,
  roots: readonly LoopRoot[],
  reduced: readonly number[],
): LoopKernel {
  const make = (outerAxis: number | undefined): LoopKernel => {
    const kernel = new LoopKernel(domain, outerAxis, reduced);
    for (const root of roots) kernel.add(root);
    return kernel;
  };
  const axis = outerAxisOf(domain, roots[0]!, reduced);
  if (axis === undefined) return make(undefined);
  const parallel = make(axis);
  return sizeOf(domain) >= worthThreads || schedule.continues(parallel) ? parallel : make(undefined);
}

/** Usually the first axis. If that is reduced, the longest axis that is not, and that vectors do not lie along. */
function outerAxisOf(domain: Shape, root: LoopRoot, reduced: readonly number[]): number | undefined {
  if (domain.length === 0 || (root.border && !fillsItsPart(root.border, domain))) return undefined;
  if (!reduced.includes(0)) return domain[0]! > 1 ? 0 : undefined;
  const free = domain.flatMap((extent, axis) =>
    extent === 1 || reduced.includes(axis) || root.output.strides[axis] === 1 ? [] : [axis],
  );
  return longestAxis(free, domain);
}

/**
 * Whether each outer index can fill its own part: there is no border along the first axis. Since there is one along
 * another axis, rows are shorter than parts, and as they are padded, parts are whole vectors.
 */
function fillsItsPart({ around }: Border, domain: Shape): boolean {
  return around.shape[0] === domain[0];
}
