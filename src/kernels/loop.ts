/**
 * The loop kernel, which computes elementwise expressions, and sums and maxima of them, in one pass over memory.
 *
 *     for each index of the domain:  value = expression(inputs at index)
 *       store roots:   output[index] = value
 *       reduce roots:  output[index without the reduced axes] = combine over the reduced axes of value
 *
 * All roots share the domain, its outer axis, and the reduced axes. If every view has stride 0 or 1 along some axis,
 * that axis is computed four lanes at a time; otherwise each element is computed in lane 0. Lanes beyond the end of an
 * axis hold arbitrary numbers and are only ever stored into a buffer's padding.
 */
import type { Access, Addressing, Kernel } from "./kernel.js";
import type { BufferView } from "./views.js";
import { denseStrides, formatShape, sizeOf } from "../graph/shape.js";
import type { Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { LoopEmitter } from "./loop-emitter.js";
import type { LoopNest, LoopRoot, LoopValue } from "./loop-nest.js";

export class LoopKernel implements Kernel, LoopNest {
  readonly roots: LoopRoot[] = [];
  private known: { readonly reads: readonly Access[]; readonly writes: readonly Access[] } | undefined;

  constructor(
    readonly domain: readonly number[],
    readonly outerAxis: number | undefined,
    readonly reduced: readonly number[],
  ) {}

  get extent(): number {
    return this.outerAxis === undefined ? 1 : this.domain[this.outerAxis]!;
  }
  get cost(): number {
    return (sizeOf(this.domain) / this.extent) * (1 + this.roots.length);
  }
  get title(): string {
    const what = this.roots.map((root) => `${root.combine ?? "store"} ${root.output.buffer.name}`).join(", ");
    return `loop ${formatShape(this.domain)} ${what}`;
  }
  get reads(): readonly Access[] {
    return this.accesses().reads;
  }
  get writes(): readonly Access[] {
    return this.accesses().writes;
  }

  /** The reads and writes. They are asked for often, and change only with the roots. */
  private accesses(): NonNullable<LoopKernel["known"]> {
    const { outerAxis, roots } = this;
    const access = (view: BufferView): Access => ({ view, outerAxis });
    return (this.known ??= {
      reads: [...new Set(roots.flatMap((root) => loadedViews(root.value)))].map(access),
      writes: roots.map((root) => access(root.output)),
    });
  }

  add(root: LoopRoot): void {
    this.roots.push(root);
    this.known = undefined;
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    new LoopEmitter(this, b, at, n).emit();
  }
}

const viewsOf = new WeakMap<LoopValue, readonly BufferView[]>();

/** The views that an expression loads from. They are found only once, even if several kernels are tried with it. */
function loadedViews(value: LoopValue): readonly BufferView[] {
  let views = viewsOf.get(value);
  if (!views) viewsOf.set(value, (views = findViews(value)));
  return views;
}

function findViews(value: LoopValue): BufferView[] {
  const seen = new Set<LoopValue>();
  const visit = (one: LoopValue): void => {
    if (seen.has(one)) return;
    seen.add(one);
    if (one.kind === "apply" || one.kind === "position") one.args.forEach(visit);
  };
  visit(value);
  return [...seen].flatMap((one) => (one.kind === "load" ? [one.view] : []));
}

/** The strides of a tensor's row-major positions, for a domain to which the tensor is broadcast. */
export function positionStrides(shape: readonly number[], domain: readonly number[]): number[] {
  const dense = denseStrides(shape);
  const lead = domain.length - shape.length;
  return domain.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : dense[axis - lead]!));
}
