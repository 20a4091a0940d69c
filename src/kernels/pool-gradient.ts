/**
 * The gradient of a pooling for one image, channels last. Padding has already been added.
 *
 *     dx = 0
 *     for oy, ox, c:
 *       for each place p of the window:  dx[p,c] += sum:  g[oy,ox,c]
 *                                                   max:  g[oy,ox,c] if p is the first with the window's maximum,
 *                                                         or the last with NaN, as in PyTorch
 *
 * If windows do not overlap, each place is written once. If they also cover the whole image, dx is not cleared first.
 */
import { byImage, type Access, type Addressing, type Kernel } from "./kernel.js";
import type { BufferView } from "./views.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { emitFill } from "./fill.js";
import type { ConvolutionGeometry } from "./convolution.js";
import { range } from "./range.js";

export class PoolGradientKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;

  constructor(
    /** The image that was pooled, for a maximum. Undefined for a sum. */
    private readonly input: BufferView | undefined,
    private readonly grad: BufferView,
    /** It has the shape of the image that was pooled. */
    private readonly output: BufferView,
    private readonly geometry: ConvolutionGeometry,
  ) {
    const [n, c, oh, ow] = grad.shape as [number, number, number, number];
    const [kh, kw] = geometry.kernel;
    this.extent = n;
    this.title = `${input ? "max" : "sum"} pool gradient ${kh}×${kw} ${c}×${oh}×${ow}`;
    this.cost = c * oh * ow * kh * kw;
  }

  get reads(): Access[] {
    const views = this.input ? [this.input, this.grad] : [this.grad];
    return views.map(byImage);
  }
  get writes(): Access[] {
    return [byImage(this.output)];
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const [, channels, oh, ow] = this.grad.shape as [number, number, number, number];
    const [sy, sx] = this.geometry.stride;
    const step = (view: BufferView, rows: number, pixels: number): number =>
      4 * (rows * view.strides[2]! + pixels * view.strides[3]!);
    const views = [this.grad, this.output, ...(this.input ? [this.input] : [])];
    const pointers = views.map((view) => b.let("i32", "p", at.pointer(byImage(view), n)));
    const moves = views.map((view) =>
      view === this.grad
        ? { row: step(view, 1, -ow), pixel: step(view, 0, 1) }
        : { row: step(view, sy, -ow * sx), pixel: step(view, 0, sx) },
    );
    if (!this.coversAll()) emitFill(b, pointers[1]!, this.output.strides[0]!, 0, "float32");
    b.repeat(oh, () => {
      b.repeat(ow, () => {
        b.for("c", 0, 16 * Math.ceil(channels / 4), 16, (c) => {
          const [g, dx, x] = pointers.map((pointer) => b.let("i32", "q", v.n.add(pointer, c)));
          this.emitWindow(b, g!, dx!, x);
        });
        pointers.forEach((pointer, i) => b.increase(pointer, moves[i]!.pixel));
      });
      pointers.forEach((pointer, i) => b.increase(pointer, moves[i]!.row));
    });
  }

  private emitWindow(b: FunctionBuilder, g: Local, dx: Local, x: Local | undefined): void {
    const grad = b.let("v128", "g", v.load(g));
    const places = this.places(this.output);
    if (!x || !this.input) {
      for (const place of places) this.give(b, dx, place, grad);
      return;
    }
    const values = this.places(this.input).map((place) => b.let("v128", "x", v.load(x, place)));
    const top = b.let("v128", "top", values[0]!);
    const chosen = b.let("v128", "chosen", v.iconst(0));
    for (const [i, value] of values.entries()) {
      if (i === 0) continue;
      const wins = b.let("v128", "w", v.op("v128.or", v.op("f32x4.gt", value, top), v.op("f32x4.ne", value, value)));
      b.set(top, v.select(wins, value, top));
      b.set(chosen, v.select(wins, v.iconst(i), chosen));
    }
    places.forEach((place, i) => {
      this.give(b, dx, place, v.op("v128.and", grad, v.op("i32x4.eq", chosen, v.iconst(i))));
    });
  }

  private give(b: FunctionBuilder, dx: Local, place: number, share: Expr): void {
    b.store(dx, place, this.overlaps() ? v.add(v.load(dx, place), share) : share);
  }

  private overlaps(): boolean {
    const { kernel, stride, dilation } = this.geometry;
    return [0, 1].some((i) => kernel[i]! > 1 && (dilation[i]! > 1 || stride[i]! < kernel[i]!));
  }

  /** Whether every place of the image lies in exactly one window. */
  private coversAll(): boolean {
    const { kernel, stride } = this.geometry;
    const whole = [0, 1].every(
      (i) => stride[i] === kernel[i] && this.output.shape[2 + i] === this.grad.shape[2 + i]! * stride[i]!,
    );
    return whole && !this.overlaps();
  }

  /** The byte offsets of a window's places. */
  private places(view: BufferView): number[] {
    const [kh, kw] = this.geometry.kernel;
    const [dy, dx] = this.geometry.dilation;
    return range(kh).flatMap((ky) =>
      range(kw).map((kx) => 4 * (ky * dy * view.strides[2]! + kx * dx * view.strides[3]!)),
    );
  }
}
