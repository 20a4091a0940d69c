/**
 * Planning: walks the lowered graph, inputs first, gives each node that needs it memory and a layout, makes the
 * kernels, and places them in the schedule. How an op with a kernel of its own is planned stands in kernel-plans.ts.
 */
import type { HostArray, Node, Spec, VariableNode } from "../../graph/node.js";
import type { ReduceLowering } from "../../graph/op.js";
import * as ops from "../../ops/index.js";
import { sizeOf, type Shape } from "../../graph/shape.js";
import { LoopKernel, positionStrides } from "../../kernels/loop.js";
import type { Border, LoopRoot, LoopValue } from "../../kernels/loop-nest.js";
import { v, type Expr } from "../../wasm/expressions.js";
import { isConvolutionGradient } from "../rewrites/convolution-rewrites.js";
import { fixedNodes } from "./fixed.js";
import type { Kernel } from "../../kernels/kernel.js";
import { kernelPlans } from "./kernel-plans.js";
import { borderOf, innerPart } from "./padding.js";
import type { PlanContext } from "./plan-context.js";
import { Materialization } from "./materialization.js";
import { placeBuffers } from "./memory.js";
import type { Plan } from "./plan.js";
import { keptStage, Schedule } from "./schedule.js";
import { ValueTable } from "./value-table.js";
import {
  broadcastView,
  Buffer,
  denseInOrder,
  denseView,
  paddedImages,
  paddedRows,
  type BufferView,
} from "../../kernels/views.js";

/** Loops over fewer elements than this run on one thread, unless they continue a stage that is there anyway. */
const worthThreads = 16384;

/** How the host numbers what a program reads: data leaves, and the contents of variables. */
export interface Numbering {
  /** Undefined for data that belongs to the program. */
  leaf(node: Node): number | undefined;
  read(node: VariableNode): number;
  readonly reads: number;
}

/** Plans a program for lowered nodes; `updates` are the new contents of variables. */
export function plan(outputs: readonly Node[], updates: readonly Node[], numbering: Numbering): Plan {
  return new Planner(outputs, updates, numbering).plan();
}

class Planner implements PlanContext {
  private readonly nodes: Materialization;
  /** Whether gradients of convolutions are among what is computed. */
  readonly differentiates: boolean;
  /** Buffers that hold the same in each run. */
  private readonly steady = new Set<Buffer>();
  private readonly schedule: Schedule;
  /** Nodes that are the same in each run, as far as that is made use of. */
  private readonly fixed: ReadonlySet<Node>;
  private readonly views = new Map<Node, BufferView>();
  private readonly values = new ValueTable();
  private readonly masks = new ValueTable();
  private readonly inputs: { buffer: Buffer; leaf: number }[] = [];
  private readonly constants: { buffer: Buffer; elements: HostArray }[] = [];
  /** What variables hold, by number, then the places of their new contents. */
  private readonly slots: Buffer[] = [];
  /** Copies made because a kernel needs whole pixels. */
  private readonly images = new Map<Node, BufferView>();
  /** The same, made again for gradients of weights. */
  private readonly imagesAgain = new Map<Node, BufferView>();

  constructor(
    private readonly outputs: readonly Node[],
    private readonly updates: readonly Node[],
    private readonly numbering: Numbering,
  ) {
    this.nodes = new Materialization(outputs, updates);
    this.differentiates = this.nodes.order.some(isConvolutionGradient);
    // Without data there is nothing that a later run would compute anew.
    const keeps = updates.length === 0 && this.nodes.order.some((node) => this.isLeaf(node));
    this.schedule = new Schedule(keeps ? this.steady : undefined);
    this.fixed = keeps ? fixedNodes(this.nodes.order) : new Set();
  }

  private isLeaf(node: Node): boolean {
    return node.value !== undefined && this.numbering.leaf(node) !== undefined;
  }

  plan(): Plan {
    for (const node of this.nodes.order) this.materialize(node);
    const outputs = this.outputs.map((node) => this.planOutput(node));
    this.updates.forEach((value, i) => {
      this.copy(value, denseView(this.slot(this.numbering.reads + i, value), value.shape));
    });
    const { inputs, constants } = this;
    const sizes = placeBuffers(this.schedule, {
      slots: this.slots,
      inputs: inputs.map(({ buffer }) => buffer),
      constants: constants.map(({ buffer }) => buffer),
      outputs,
    });
    return { ...this.stages(), inputs, constants, outputs, ...sizes };
  }

  // What kernel plans use -----------------------------------------------------------------------------------------

  /** Where the elements of a node lie; it is given memory if it has none yet. */
  viewOf(node: Node): BufferView {
    const present = this.views.get(node);
    if (present) return present;
    const view = this.makeView(node);
    this.views.set(node, view);
    return view;
  }

  /** A node's images in whichever layout they have, but not turned over: kernels go upwards from an address. */
  upright(node: Node): BufferView {
    const view = this.viewOf(node);
    return view.strides.every((stride) => stride >= 0) ? view : this.imagesOf(node);
  }

  /** A node's images with the channels of a pixel side by side. */
  channelsLast(node: Node): BufferView {
    if (this.isComputedHere(node)) return this.imagesOf(node);
    const view = this.upright(node);
    return node.shape[1] === 1 || view.strides[1] === 1 ? view : this.imagesOf(node);
  }

  /** The same, with the channels of each pixel padded to whole vectors. */
  wholePixels(node: Node): BufferView {
    const view = this.viewOf(node);
    const whole = view.padded && view.strides[1] === 1 && view.strides[3]! % 4 === 0;
    return whole ? view : this.imagesOf(node);
  }

  private imagesOf(node: Node): BufferView {
    let images = this.images.get(node);
    if (!images) {
      images = this.copy(node, paddedImages(`${node.op.name}_images`, node.shape, node.dtype));
      this.images.set(node, images);
    }
    return images;
  }

  /**
   * A convolution's images for the gradient of its weights, when they are not kept: computed again, image by image, as
   * the gradient of its result comes in.
   */
  computedAgain(node: Node, gradient: BufferView): BufferView | undefined {
    if (!this.isComputedHere(node)) return undefined;
    let images = this.imagesAgain.get(node);
    if (!images) {
      images = paddedImages(`${node.op.name}_again`, node.shape, node.dtype);
      const outerAxis = node.shape[0]! > 1 ? 0 : -1;
      const kernel = new LoopKernel(node.shape, outerAxis, []);
      kernel.add({ value: this.valueOf(node, node.shape), output: images });
      this.schedule.place(kernel, [{ view: gradient, outerAxis }]);
      this.imagesAgain.set(node, images);
    }
    return images;
  }

  /** Says that a node's elements lie here: a kernel that computes it together with another. */
  define(node: Node, view: BufferView): void {
    this.views.set(node, view);
  }

  usersOf(node: Node): readonly Node[] {
    return this.nodes.usersOf(node);
  }

  isOutput(node: Node): boolean {
    return this.outputs.includes(node);
  }

  /** Whether what computes a node is run only when a variable has changed. */
  isFixed(node: Node): boolean {
    return this.fixed.has(node);
  }

  /** Writes a node's elements into a view of another layout. */
  copy(node: Node, output: BufferView): BufferView {
    this.loop(node.shape, { value: this.valueOf(node, node.shape), output });
    return output;
  }

  /** The same into the inner part of a padded tensor. */
  copyWithBorder(node: Node, output: BufferView, border: Border): void {
    this.loop(node.shape, { value: this.valueOf(node, node.shape), output, border });
  }

  /** New memory for a node, in the layout that suits its shape. */
  home(node: Node): BufferView {
    const images = node.shape.length === 4 && node.shape[1]! > 1;
    return (images ? paddedImages : paddedRows)(node.op.name, node.shape, node.dtype);
  }

  add(kernel: Kernel): void {
    this.schedule.place(kernel);
  }

  /** Adds roots to a loop kernel over this domain: one that is there already, if that can be. */
  loop(domain: Shape, roots: LoopRoot | readonly LoopRoot[], reduced: readonly number[] = []): void {
    const candidate = this.loopKernel(domain, [roots].flat(), reduced);
    const { stage, parallel } = this.schedule.earliest(candidate);
    const present = this.schedule.mergeable(candidate, stage, parallel);
    if (!present) {
      this.schedule.place(candidate);
      return;
    }
    for (const root of candidate.roots) (present.kernel as LoopKernel).add(root);
    this.schedule.record(present, candidate.reads, candidate.writes);
  }

  // Nodes -------------------------------------------------------------------------------------------------------

  private materialize(node: Node): void {
    if (this.views.has(node) || this.nodes.isInlined(node) || this.nodes.isSummed(node)) return;
    const { kind } = node.op.lowering;
    if (node.value !== undefined || kind === "leaf" || kind === "view") return;
    if (kind === "kernel") this.views.set(node, kernelPlans.apply(node, this)!);
    else if (kind === "reduce") this.planReduction(node, node.op.lowering);
    else this.viewOf(node);
  }

  private makeView(node: Node): BufferView {
    if (node.value !== undefined) return this.input(node, node.value);
    if (ops.variable.is(node)) return denseView(this.slot(this.numbering.read(node), node), node.shape);
    const { lowering } = node.op;
    if (lowering.kind === "kernel" || lowering.kind === "reduce") {
      // Asked for before its turn: a convolution's bias that is a sum, say.
      this.materialize(node);
      return this.views.get(node)!;
    }
    if (lowering.kind !== "view") return this.copyOf(node);
    const input = node.inputs[0]!;
    const from = this.viewOf(input);
    const seen = lowering.view(from, node.attrs, node);
    if (seen) return { ...seen, buffer: from.buffer, padded: false };
    const dense = this.copy(input, denseInOrder(`${input.op.name}_dense`, input.shape, input.dtype));
    return { ...dense, ...lowering.view(dense, node.attrs, node)! };
  }

  /** Computes an expression into memory of its own. */
  private copyOf(node: Node): BufferView {
    const target = this.target(node);
    this.loop(node.shape, { value: this.expression(node, node.shape), ...target });
    return target.output;
  }

  /** New memory for a node: its own, or the inner part of an image that a user wants with a border around it. */
  target(node: Node): Pick<LoopRoot, "output" | "border"> {
    const pad = this.nodes.usersOf(node).find((user): user is Node<ops.PadAttrs> => this.isBorder(user, node));
    if (!pad) return { output: this.home(node) };
    const around = this.home(pad);
    this.views.set(pad, around);
    return { output: innerPart(pad, around), border: borderOf(pad, around) };
  }

  /** Whether an image is also wanted with a border: then it is computed into its inner part, once for both. */
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

  private input(node: Node, elements: HostArray): BufferView {
    const leaf = this.numbering.leaf(node);
    const buffer = new Buffer(leaf === undefined ? "constant" : "input", sizeOf(node.shape), node.dtype);
    if (leaf !== undefined) this.inputs.push({ buffer, leaf });
    else {
      this.constants.push({ buffer, elements });
      this.steady.add(buffer);
    }
    return denseView(buffer, node.shape);
  }

  private planReduction(node: Node, { combine, axes }: ReduceLowering<unknown>): void {
    const input = node.inputs[0]!;
    const output = this.home(node);
    this.views.set(node, output);
    const parts = this.nodes.isSummed(input) ? input.inputs : [input];
    const { shape } = parts[0]!;
    const value = sumOf(parts.map((part) => this.valueOf(part, shape)));
    this.loop(shape, { value, output, combine }, axes(node.attrs));
  }

  // Expressions -------------------------------------------------------------------------------------------------

  /** What a node is inside loops over `domain`: an expression, or a load. */
  valueOf(node: Node, domain: Shape): LoopValue {
    return this.values.get(domain, node, () => this.makeValue(node, domain));
  }

  private makeValue(node: Node, domain: Shape): LoopValue {
    if (ops.constant.is(node)) return { kind: "constant", value: node.attrs.value };
    if (this.isComputedHere(node)) return this.expression(node, domain);
    const view = this.viewOf(node);
    return { kind: "load", view: broadcastView(view, domain) };
  }

  /** Whether loops compute the node themselves instead of loading it. */
  private isComputedHere(node: Node): boolean {
    return this.nodes.isInlined(node) && !this.views.has(node);
  }

  private expression(node: Node, domain: Shape): LoopValue {
    if (ops.constant.is(node)) return { kind: "constant", value: node.attrs.value };
    const { lowering } = node.op;
    if (lowering.kind === "elementwise") {
      const args = node.inputs.map((input, i) =>
        i === 0 && lowering.takesMask ? this.maskOf(input, domain) : this.valueOf(input, domain),
      );
      return { kind: "apply", args, vector: (values) => lowering.vector(values, node.attrs) };
    }
    if (lowering.kind === "index") {
      const args = node.inputs.map((input) => this.valueOf(input, domain));
      const strides = positionStrides(node.shape, domain);
      return { kind: "position", strides, args, vector: (at, values) => lowering.vector(at, node.attrs, values) };
    }
    throw new Error(`${node.op.name} is no expression`);
  }

  /** Where a condition is not zero, as a mask: of a comparison directly. */
  private maskOf(condition: Node, domain: Shape): LoopValue {
    return this.masks.get(domain, condition, () => {
      const { lowering } = condition.op;
      if (lowering.kind === "elementwise" && lowering.mask && this.isComputedHere(condition)) {
        const args = condition.inputs.map((input) => this.valueOf(input, domain));
        return { kind: "apply", args, vector: lowering.mask };
      }
      const isSet = ([x]: readonly Expr[]): Expr => v.op("f32x4.ne", x!, v.const(0));
      return { kind: "apply", args: [this.valueOf(condition, domain)], vector: isSet };
    });
  }

  private loopKernel(domain: Shape, roots: readonly LoopRoot[], reduced: readonly number[]): LoopKernel {
    const make = (outerAxis: number): LoopKernel => {
      const kernel = new LoopKernel(domain, outerAxis, reduced);
      for (const root of roots) kernel.add(root);
      return kernel;
    };
    const axis = this.outerAxis(domain, roots[0]!, reduced);
    if (axis < 0) return make(-1);
    const parallel = make(axis);
    const large = sizeOf(domain) >= worthThreads;
    return large || this.schedule.earliest(parallel).continues ? parallel : make(-1);
  }

  /** The first axis as a rule; where that is reduced, the longest that is not and that vectors do not lie along. */
  private outerAxis(domain: Shape, root: LoopRoot, reduced: readonly number[]): number {
    if (domain.length === 0 || (root.border && !fillsByImage(root.border, domain))) return -1;
    if (!reduced.includes(0)) return domain[0]! > 1 ? 0 : -1;
    const free = domain.flatMap((extent, axis) =>
      extent === 1 || reduced.includes(axis) || root.output.strides[axis] === 1 ? [] : [axis],
    );
    return free.reduce((best, axis) => (best < 0 || domain[axis]! > domain[best]! ? axis : best), -1);
  }

  // Results -----------------------------------------------------------------------------------------------------

  private planOutput(node: Node): Buffer {
    const output = denseInOrder("output", node.shape, node.dtype);
    return this.copy(node, output).buffer;
  }

  private slot(number: number, of: Spec): Buffer {
    const present = this.slots[number];
    if (present) return present;
    const buffer = (this.slots[number] = new Buffer(`v${number}`, sizeOf(of.shape), of.dtype));
    this.steady.add(buffer);
    return buffer;
  }

  private stages(): Pick<Plan, "kept" | "keptReads" | "prologue" | "stages"> {
    const { placed } = this.schedule;
    const count = Math.max(0, ...placed.map((one) => one.stage + 1));
    const of = (stage: number, parallel: boolean): Kernel[] =>
      placed.filter((one) => one.stage === stage && one.parallel === parallel).map((one) => one.kernel);
    const stages = Array.from({ length: count }, (_, i) => ({ parallel: of(i, true), serial: of(i, false) }));
    const kept = of(keptStage, false);
    const read = new Set(kept.flatMap(({ reads }) => reads.map(({ view }) => view.buffer)));
    const keptReads = this.slots.flatMap((buffer, number) => (read.has(buffer) ? [number] : []));
    return { kept, keptReads, prologue: of(-1, false), stages };
  }
}

/** Added in pairs, which rounds less than one after the other. */
function sumOf(values: readonly LoopValue[]): LoopValue {
  if (values.length === 1) return values[0]!;
  const half = Math.ceil(values.length / 2);
  const args = [sumOf(values.slice(0, half)), sumOf(values.slice(half))];
  return { kind: "apply", args, vector: ([x, y]) => v.add(x!, y!) };
}

/** Whether each outer index can fill its own part: no border along the first axis, and parts of whole vectors. */
function fillsByImage({ around }: Border, domain: Shape): boolean {
  return around.shape[0] === domain[0] && around.strides[0]! % 4 === 0;
}
