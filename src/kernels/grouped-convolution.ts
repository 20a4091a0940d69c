/**
 * Grouped convolutions and the gradients of their weights, as naive loop nests for one image, channels last.
 *
 *     for oy, ox, o:       y[oy,ox,o] = Σ ky,kx,i  x[oy·s+ky·d, ox·s+kx·d, group(o)·I + i] · w[ky,kx,i,o]
 *     for ky, kx, i, o:    dw[chunk][ky,kx,i,o] += Σ oy,ox  x[…, group(o)·I + i] · g[oy,ox,o]
 *
 * I is the number of input channels of a group. Outputs are computed four at a time if four of them read the same
 * inputs (O/groups is a multiple of 4) or four adjacent inputs (depthwise), and otherwise one at a time.
 */
import { byImage, whole, type Access, type Addressing, type Kernel } from "./kernel.js";
import type { BufferView } from "./views.js";
import { v, type Expr, type LoadForm, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder, StoreForm } from "../wasm/loops.js";
import { NarrowAccumulator, repeatInRuns, WideSum } from "./accumulators.js";
import type { ConvolutionGeometry } from "./convolution.js";
import { longSum } from "./summed-tile.js";

interface Walk {
  /** How many outputs are computed at a time. */
  readonly step: 4 | 1;
  readonly input: LoadForm;
  readonly other: LoadForm;
  readonly store: StoreForm;
}

function walkOf(inputsOfGroup: number, outputsOfGroup: number, outputs: number): Walk {
  if (outputsOfGroup % 4 === 0) return { step: 4, input: "splat", other: "v128", store: "v128" };
  const depthwise = inputsOfGroup === 1 && outputsOfGroup === 1;
  if (depthwise && outputs % 4 === 0) return { step: 4, input: "v128", other: "v128", store: "v128" };
  return { step: 1, input: "lane0", other: "lane0", store: "lane0" };
}

/** What both kernels share: sizes, and the loop over the outputs, with the byte offset of the first input of each. */
class Groups {
  readonly inputs: number;
  readonly outputs: number;
  readonly walk: Walk;
  private readonly outputsOfGroup: number;

  constructor(input: BufferView, outputShape: readonly number[], groups: number) {
    this.inputs = input.shape[1]! / groups;
    this.outputs = outputShape[1]!;
    this.outputsOfGroup = this.outputs / groups;
    this.walk = walkOf(this.inputs, this.outputsOfGroup, this.outputs);
  }

  forOutputs(b: FunctionBuilder, body: (o: Local, firstInput: Local) => void): void {
    b.for("o", 0, this.outputs, this.walk.step, (o) => {
      const group = v.op("i32.div_u", o, v.int(this.outputsOfGroup));
      body(o, b.let("i32", "first", v.n.scale(group, 4 * this.inputs)));
    });
  }
}

/** A kernel with the images of the batch as its outer index. */
abstract class GroupedKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;
  protected readonly groups: Groups;

  /** @param output the convolution's result or the gradient for it: [N, O, OH, OW] */
  constructor(name: string, input: BufferView, output: BufferView, geometry: ConvolutionGeometry, groups: number) {
    const [n, o, oh, ow] = output.shape as [number, number, number, number];
    const [kh, kw] = geometry.kernel;
    this.groups = new Groups(input, output.shape, groups);
    this.extent = n;
    this.title = `${name} ${kh}×${kw} ${input.shape[1]!}→${o} in ${groups} groups ${oh}×${ow}`;
    this.cost = o * oh * ow * kh * kw * this.groups.inputs;
  }

  abstract get reads(): Access[];
  abstract get writes(): Access[];
  abstract emit(b: FunctionBuilder, at: Addressing, n: Local): void;
}

export class GroupedConvolutionKernel extends GroupedKernel {
  constructor(
    private readonly input: BufferView,
    /** [KH, KW, I, O] */
    private readonly weight: BufferView,
    private readonly output: BufferView,
    private readonly geometry: ConvolutionGeometry,
    groups: number,
  ) {
    super("conv2d", input, output, geometry, groups);
  }

  override get reads(): Access[] {
    return [byImage(this.input), whole(this.weight)];
  }
  override get writes(): Access[] {
    return [byImage(this.output)];
  }

  override emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const { groups } = this;
    const [, , oh, ow] = this.output.shape as [number, number, number, number];
    const [sy, sx] = this.geometry.stride;
    const [, , row, pixel] = this.input.strides as [number, number, number, number];
    const [, , outRow, outPixel] = this.output.strides as [number, number, number, number];
    const input = b.let("i32", "x", at.pointer(byImage(this.input), n));
    const output = b.let("i32", "y", at.pointer(byImage(this.output), n));
    const weight = b.let("i32", "w", at.pointer(whole(this.weight), n));
    b.repeat(oh, () => {
      b.repeat(ow, () => {
        groups.forOutputs(b, (o, first) => {
          const sum = b.let("v128", "sum", v.const(0));
          const w = b.let("i32", "ws", v.n.add(weight, v.n.scale(o, 4)));
          this.forTaps(b, v.n.add(input, first), (x) => {
            const value = v.load(x, 0, groups.walk.input);
            b.set(sum, v.madd(value, v.load(w, 0, groups.walk.other), sum));
            b.increase(w, 4 * this.weight.strides[2]!);
          });
          b.store(v.n.add(output, v.n.scale(o, 4)), 0, sum, groups.walk.store);
        });
        b.increase(input, 4 * sx * pixel);
        b.increase(output, 4 * outPixel);
      });
      b.increase(input, 4 * (sy * row - ow * sx * pixel));
      b.increase(output, 4 * (outRow - ow * outPixel));
    });
  }

  private forTaps(b: FunctionBuilder, start: Expr, body: (x: Local) => void): void {
    const [kh, kw] = this.geometry.kernel;
    const row = 4 * this.geometry.dilation[0] * this.input.strides[2]!;
    const pixel = 4 * this.geometry.dilation[1] * this.input.strides[3]!;
    const x = b.let("i32", "xs", start);
    b.repeat(kh, () => {
      b.repeat(kw, () => {
        b.repeat(this.groups.inputs, () => {
          body(x);
          b.increase(x, 4);
        });
        b.increase(x, pixel - 4 * this.groups.inputs);
      });
      b.increase(x, row - kw * pixel);
    });
  }
}

export class GroupedWeightGradientKernel extends GroupedKernel {
  constructor(
    private readonly input: BufferView,
    private readonly grad: BufferView,
    /** [chunks, KH·KW·I, O padded] */
    private readonly output: BufferView,
    private readonly geometry: ConvolutionGeometry,
    groups: number,
    readonly chunk: number,
  ) {
    super("conv2dWeightGradient", input, grad, geometry, groups);
  }

  override get reads(): Access[] {
    return [byImage(this.input), byImage(this.grad)];
  }
  override get writes(): Access[] {
    return [whole(this.output)];
  }

  override emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const { groups } = this;
    const [kh, kw] = this.geometry.kernel;
    const [, , row, pixel] = this.input.strides as [number, number, number, number];
    const [dy, dx] = this.geometry.dilation;
    const [chunkStride, tapStride] = this.output.strides as [number, number, number];
    const slot = v.op("i32.div_u", n, v.int(this.chunk));
    const sumsAt = at.pointer(whole(this.output), n);
    const dw = b.let("i32", "dw", v.n.add(sumsAt, v.n.scale(slot, 4 * chunkStride)));
    const x = b.let("i32", "x", at.pointer(byImage(this.input), n));
    const g = b.let("i32", "g", at.pointer(byImage(this.grad), n));
    const first = b.let("i32", "isFirst", v.op("i32.eqz", v.op("i32.rem_u", n, v.int(this.chunk))));
    b.repeat(kh, () => {
      b.repeat(kw, () => {
        b.repeat(groups.inputs, () => {
          groups.forOutputs(b, (o, firstInput) => {
            const target = b.let("i32", "target", v.n.add(dw, v.n.scale(o, 4)));
            const sum = new NarrowAccumulator(b, "sum");
            const total = this.isLong() ? new WideSum(b) : undefined;
            const before = v.load(target, 0, groups.walk.other);
            if (!total) b.if(v.op("i32.eqz", first), () => b.set(sum.value, before));
            this.overPixels(b, v.n.add(x, firstInput), v.n.add(g, v.n.scale(o, 4)), sum, total);
            if (total) {
              b.set(sum.value, total.value);
              b.if(v.op("i32.eqz", first), () => sum.take(before));
            }
            b.store(target, 0, sum.value, groups.walk.store);
          });
          b.increase(x, 4);
          b.increase(dw, 4 * tapStride);
        });
        b.increase(x, 4 * (dx * pixel - groups.inputs));
      });
      b.increase(x, 4 * (dy * row - kw * dx * pixel));
    });
  }

  /** Whether a chunk's sums are long. */
  private isLong(): boolean {
    const [, , oh, ow] = this.grad.shape as [number, number, number, number];
    return this.chunk * oh * ow > longSum;
  }

  private overPixels(b: FunctionBuilder, x: Expr, g: Expr, sum: NarrowAccumulator, total?: WideSum): void {
    const [, , oh, ow] = this.grad.shape as [number, number, number, number];
    const inputPixel = 4 * this.geometry.stride[1] * this.input.strides[3]!;
    const inputRow = 4 * this.geometry.stride[0] * this.input.strides[2]!;
    const gradPixel = 4 * this.grad.strides[3]!;
    const gradRow = 4 * this.grad.strides[2]!;
    const xs = b.let("i32", "xs", x);
    const gs = b.let("i32", "gs", g);
    const pixel = (): void => {
      const [input, grad] = [v.load(xs, 0, this.groups.walk.input), v.load(gs, 0, this.groups.walk.other)];
      b.set(sum.value, v.madd(input, grad, sum.value));
      b.increase(xs, inputPixel);
      b.increase(gs, gradPixel);
    };
    const pause = total && ((): void => sum.moveTo(total));
    b.repeat(oh, () => {
      repeatInRuns(b, ow, pixel, pause);
      b.increase(xs, inputRow - ow * inputPixel);
      b.increase(gs, gradRow - ow * gradPixel);
    });
  }
}
