/**
 * Planning: visits the lowered graph, inputs first, gives memory and a layout to each node that needs them, makes the
 * kernels, and places them in the schedule. kernel-plans.ts says how ops with kernels of their own are planned.
 */
import type { Node } from "../../graph/node.js";
import type { ReduceLowering } from "../../graph/op.js";
import type { Shape } from "../../graph/shape.js";
import type { Access, Kernel } from "../../kernels/kernel.js";
import type { Border, LoopRoot, LoopValue } from "../../kernels/loop-nest.js";
import { LoopKernel } from "../../kernels/loop.js";
import { denseInOrder, paddedImages, paddedRows, type Buffer, type BufferView } from "../../kernels/views.js";
import * as ops from "../../ops/index.js";
import { isConvolutionGradient } from "../rewrites/convolution-rewrites.js";
import { Expressions } from "./expressions.js";
import { fixedNodes } from "./fixed.js";
import { kernelPlans } from "./kernel-plans.js";
import { placeLoop } from "./loop-placement.js";
import { Materialization } from "./materialization.js";
import { placeBuffers } from "./memory.js";
import { borderOf, innerPart } from "./padding.js";
import { kept, prologue } from "./phase.js";
import type { PlanContext } from "./plan-context.js";
import type { Plan } from "./plan.js";
import { ProgramData, type Numbering } from "./program-data.js";
import { Schedule } from "./schedule.js";

export type { Numbering } from "./program-data.js";

/** Plans a program for lowered nodes; `updates` are the new contents of variables. */
export function plan(outputs: readonly Node[], updates: readonly Node[], numbering: Numbering): Plan {
  return new Planner(outputs, updates, numbering).plan();
}

class Planner implements PlanContext {
  readonly differentiates: boolean;
  private readonly nodes: Materialization;
  private readonly data: ProgramData;
  private readonly schedule: Schedule;
  private readonly expressions = new Expressions(this);
  /** Nodes that change only with a variable, if the program keeps such nodes. */
  private readonly fixed: ReadonlySet<Node>;
  private readonly views = new Map<Node, BufferView>();
  /** Copies of images that were made because a kernel needs another layout. */
  private readonly images = new Map<Node, BufferView>();
  /** Images that are computed again for gradients of weights. */
  private readonly imagesAgain = new Map<Node, BufferView>();

  constructor(
    private readonly outputs: readonly Node[],
    private readonly updates: readonly Node[],
    numbering: Numbering,
  ) {
    this.nodes = new Materialization(outputs, updates);
    this.data = new ProgramData(numbering);
    this.differentiates = this.nodes.order.some(isConvolutionGradient);
    // Without data there is nothing that a later run would compute anew.
    const keeps = updates.length === 0 && this.nodes.order.some((node) => this.data.isLeaf(node));
    this.schedule = new Schedule(keeps ? this.data.steady : undefined);
    this.fixed = keeps ? fixedNodes(this.nodes.order) : new Set();
  }

  plan(): Plan {
    const { data, schedule } = this;
    for (const node of this.nodes.order) this.materialize(node);
    const outputs = this.outputs.map((node) => this.planOutput(node));
    this.updates.forEach((value, i) => this.copy(value, data.targetOf(i, value)));
    const { inputs, constants, slots } = data;
    const sizes = placeBuffers(schedule, {
      slots,
      inputs: inputs.map(({ buffer }) => buffer),
      constants: constants.map(({ buffer }) => buffer),
      outputs,
    });
    const keptKernels = schedule.kernelsOf(kept);
    const read = new Set(keptKernels.flatMap(({ reads }) => reads.map(({ view }) => view.buffer)));
    return {
      kept: keptKernels,
      keptReads: slots.flatMap((buffer, number) => (read.has(buffer) ? [number] : [])),
      prologue: schedule.kernelsOf(prologue),
      stages: schedule.stages(),
      ...{ inputs, constants, outputs },
      ...sizes,
    };
  }

  private planOutput(node: Node): Buffer {
    const output = denseInOrder("output", node.shape, node.dtype);
    return this.copy(node, output).buffer;
  }

  // What is known of nodes ----------------------------------------------------------------------------------------

  usersOf(node: Node): readonly Node[] {
    return this.nodes.usersOf(node);
  }

  isOutput(node: Node): boolean {
    return this.outputs.includes(node);
  }

  isFixed(node: Node): boolean {
    return this.fixed.has(node);
  }

  isBorder(user: Node, node: Node): user is Node<ops.PadAttrs> {
    return (
      ops.pad.is(user) &&
      !this.views.has(user) &&
      node.shape.length === 4 &&
      node.shape[1]! > 1 &&
      user.shape[0] === node.shape[0] &&
      user.shape[1] === node.shape[1] &&
      user.attrs.interior.every((gap) => gap === 0)
    );
  }

  isComputedInLoops(node: Node): boolean {
    return this.nodes.isInlined(node) && !this.views.has(node);
  }

  // Memory and layouts --------------------------------------------------------------------------------------------

  viewOf(node: Node): BufferView {
    const present = this.views.get(node);
    if (present) return present;
    const view = this.makeView(node);
    this.views.set(node, view);
    return view;
  }

  define(node: Node, view: BufferView): void {
    this.views.set(node, view);
  }

  home(node: Node): BufferView {
    const images = node.shape.length === 4 && node.shape[1]! > 1;
    return (images ? paddedImages : paddedRows)(node.op.name, node.shape, node.dtype);
  }

  target(node: Node): Pick<LoopRoot, "output" | "border"> {
    const pad = this.usersOf(node).find((user): user is Node<ops.PadAttrs> => this.isBorder(user, node));
    if (!pad) return { output: this.home(node) };
    const around = this.home(pad);
    this.views.set(pad, around);
    return { output: innerPart(pad, around), border: borderOf(pad, around) };
  }

  upright(node: Node): BufferView {
    const view = this.viewOf(node);
    return view.strides.every((stride) => stride >= 0) ? view : this.imagesOf(node);
  }

  channelsLast(node: Node): BufferView {
    if (this.isComputedInLoops(node)) return this.imagesOf(node);
    const view = this.upright(node);
    return node.shape[1] === 1 || view.strides[1] === 1 ? view : this.imagesOf(node);
  }

  wholePixels(node: Node): BufferView {
    const view = this.viewOf(node);
    const isWhole = view.padded && view.strides[1] === 1 && view.strides[3]! % 4 === 0;
    return isWhole ? view : this.imagesOf(node);
  }

  private imagesOf(node: Node): BufferView {
    let images = this.images.get(node);
    if (!images) {
      images = this.copy(node, paddedImages(`${node.op.name}_images`, node.shape, node.dtype));
      this.images.set(node, images);
    }
    return images;
  }

  computedAgain(node: Node, gradient: BufferView): BufferView | undefined {
    if (!this.isComputedInLoops(node)) return undefined;
    let images = this.imagesAgain.get(node);
    if (!images) {
      images = paddedImages(`${node.op.name}_again`, node.shape, node.dtype);
      const outerAxis = node.shape[0]! > 1 ? 0 : undefined;
      const kernel = new LoopKernel(node.shape, outerAxis, []);
      kernel.add({ value: this.valueOf(node, node.shape), output: images });
      this.add(kernel, [{ view: gradient, outerAxis }]);
      this.imagesAgain.set(node, images);
    }
    return images;
  }

  // Kernels -------------------------------------------------------------------------------------------------------

  valueOf(node: Node, domain: Shape): LoopValue {
    return this.expressions.valueOf(node, domain);
  }

  add(kernel: Kernel, after: readonly Access[] = []): void {
    this.schedule.place(kernel, after);
  }

  loop(domain: Shape, roots: LoopRoot | readonly LoopRoot[], reduced: readonly number[] = []): void {
    placeLoop(this.schedule, domain, [roots].flat(), reduced);
  }

  copy(node: Node, output: BufferView): BufferView {
    this.loop(node.shape, { value: this.valueOf(node, node.shape), output });
    return output;
  }

  copyWithBorder(node: Node, output: BufferView, border: Border): void {
    this.loop(node.shape, { value: this.valueOf(node, node.shape), output, border });
  }

  // Nodes ---------------------------------------------------------------------------------------------------------

  /** Plans what computes a node, unless it is computed where it is used. */
  private materialize(node: Node): void {
    if (this.views.has(node) || this.nodes.isInlined(node) || this.nodes.isSummed(node)) return;
    const { kind } = node.op.lowering;
    if (node.value !== undefined || kind === "leaf" || kind === "view") return;
    if (kind === "kernel") this.views.set(node, kernelPlans.apply(node, this)!);
    else if (kind === "reduce") this.planReduction(node, node.op.lowering);
    else this.viewOf(node);
  }

  private makeView(node: Node): BufferView {
    if (node.value !== undefined) return this.data.elementsOf(node, node.value);
    if (ops.variable.is(node)) return this.data.contentsOf(node);
    const { lowering } = node.op;
    if (lowering.kind === "kernel" || lowering.kind === "reduce") {
      // Asked for before its turn: a convolution's bias that is a sum, for example.
      this.materialize(node);
      return this.views.get(node)!;
    }
    if (lowering.kind !== "view") return this.compute(node);
    const input = node.inputs[0]!;
    const from = this.viewOf(input);
    const seen = lowering.view(from, node.attrs, node);
    if (seen) return { ...seen, buffer: from.buffer, padded: false };
    const dense = this.copy(input, denseInOrder(`${input.op.name}_dense`, input.shape, input.dtype));
    return { ...dense, ...lowering.view(dense, node.attrs, node)! };
  }

  /** Computes an expression into memory of its own. */
  private compute(node: Node): BufferView {
    const target = this.target(node);
    this.loop(node.shape, { value: this.expressions.expression(node, node.shape), ...target });
    return target.output;
  }

  private planReduction(node: Node, { combine, axes }: ReduceLowering<unknown>): void {
    const input = node.inputs[0]!;
    const output = this.home(node);
    this.views.set(node, output);
    const parts = this.nodes.isSummed(input) ? input.inputs : [input];
    const { shape } = parts[0]!;
    this.loop(shape, { value: this.expressions.sumOf(parts, shape), output, combine }, axes(node.attrs));
  }
}
