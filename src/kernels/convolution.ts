/**
 * Direct convolution of one image, channels last. Padded convolutions and gradients of the input are computed here as
 * well, with a larger image and with rotated weights.
 *
 *     for oy, ox, o:  y[oy,ox,o] = apply(bias[o] + Σ ky,kx,i  x[oy·s + ky·d, ox·s + kx·d, i] · w[ky,kx,i,o])
 *
 * x and y are channels-last views; w is [KH][KW][I][O], with O padded to whole vectors. The innermost loop runs over
 * the input channels in one row of the kernel, one at a time, and adds to a register tile of pixels × vectors of
 * outputs. The last tile of a row of pixels overlaps the one before it.
 */
import { byImage, whole, type Access, type Addressing, type Kernel } from "./kernel.js";
import type { BufferView } from "./views.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { tileShape, type RegisterTile, type TileShape } from "./register-tile.js";
import { longSum, SummedTile } from "./summed-tile.js";

export interface ConvolutionGeometry {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** What is done with the sums before they are written. */
export interface ConvolutionEnd {
  /** [1, O, 1, 1] */
  readonly bias: BufferView | undefined;
  /** What is written instead of four outputs, to which the bias has been added. It may emit statements. */
  readonly apply: (b: FunctionBuilder, value: Expr) => Expr;
}

export class ConvolutionKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;
  private readonly channels: number;
  private readonly vectors: number;

  constructor(
    private readonly input: BufferView,
    /** [KH, KW, I, O] */
    private readonly weight: BufferView,
    private readonly end: ConvolutionEnd,
    private readonly output: BufferView,
    private readonly geometry: ConvolutionGeometry,
  ) {
    const [n, o, oh, ow] = output.shape as [number, number, number, number];
    const [kh, kw] = geometry.kernel;
    this.channels = input.shape[1]!;
    this.vectors = Math.ceil(o / 4);
    this.extent = n;
    this.title = `conv2d ${kh}×${kw} ${this.channels}→${o} ${oh}×${ow}`;
    this.cost = o * oh * ow * kh * kw * this.channels;
  }

  get reads(): Access[] {
    const { bias } = this.end;
    return [byImage(this.input), whole(this.weight), ...(bias ? [whole(bias)] : [])];
  }
  get writes(): Access[] {
    return [byImage(this.output)];
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const [, , oh, ow] = this.output.shape as [number, number, number, number];
    const rows = this.isFlat() ? 1 : oh;
    const width = this.isFlat() ? oh * ow : ow;
    const tile = narrowTile(this.vectors, width);
    const input = b.let("i32", "x", at.pointer(byImage(this.input), n));
    const output = b.let("i32", "y", at.pointer(byImage(this.output), n));
    const weight = b.let("i32", "w", at.pointer(whole(this.weight), n));
    const bias = this.end.bias && b.let("i32", "bias", at.pointer(whole(this.end.bias), n));
    const inputRow = 4 * this.geometry.stride[0] * this.input.strides[2]!;
    const outputRow = 4 * this.output.strides[2]!;
    b.repeat(rows, () => {
      b.for("o", 0, this.vectors, tile.columns, (o) =>
        b.for("ox", 0, width, tile.rows, (ox) => {
          const from = b.let("i32", "from", ox);
          if (width % tile.rows !== 0) {
            b.if(v.op("i32.lt_s", v.int(width - tile.rows), ox), () => b.set(from, v.int(width - tile.rows)));
          }
          this.emitTile(b, tile, { input, output, weight, bias, o, from });
        }),
      );
      b.increase(input, inputRow);
      b.increase(output, outputRow);
    });
  }

  private emitTile(
    b: FunctionBuilder,
    shape: TileShape,
    at: { input: Local; output: Local; weight: Local; bias: Local | undefined; o: Local; from: Local },
  ): void {
    const pixelStep = 4 * this.geometry.stride[1] * this.input.strides[3]!;
    const outputPixel = 4 * this.output.strides[3]!;
    const laneBytes = v.n.scale(at.o, 16);
    const x = b.let("i32", "xs", v.n.add(at.input, v.n.scale(at.from, pixelStep)));
    const w = b.let("i32", "ws", v.n.add(at.weight, laneBytes));
    const biasAt = at.bias && b.let("i32", "bs", v.n.add(at.bias, laneBytes));
    const [kh, kw] = this.geometry.kernel;
    const start = (column: number): Expr => (biasAt ? v.load(biasAt, 16 * column) : v.const(0));
    const sums = new SummedTile(b, shape, kh * kw * this.channels > longSum, start);
    this.overTaps(b, x, w, sums, (tile) => {
      const weights = tile.columns((column) => v.load(w, 16 * column));
      tile.accumulate((row) => v.load(x, row * pixelStep, "splat"), weights);
    });
    const y = b.let("i32", "ys", v.n.add(v.n.add(at.output, v.n.scale(at.from, outputPixel)), laneBytes));
    sums.finish().store(y, outputPixel, { finish: (sum) => this.end.apply(b, sum) });
  }

  /** Runs the body for each input of the window, with `x` pointing at the input and `w` at its weights. */
  private overTaps(b: FunctionBuilder, x: Local, w: Local, sums: SummedTile, body: (tile: RegisterTile) => void): void {
    const [kh, kw] = this.geometry.kernel;
    const row = 4 * this.geometry.dilation[0] * this.input.strides[2]!;
    const pixel = 4 * this.geometry.dilation[1] * this.input.strides[3]!;
    const weightStep = 16 * this.vectors;
    const run = (length: number): void =>
      sums.repeat(length, (tile) => {
        body(tile);
        b.increase(x, 4);
        b.increase(w, weightStep);
      });
    b.repeat(kh, () => {
      if (pixel === 4 * this.channels) {
        run(kw * this.channels);
        b.increase(x, row - kw * pixel);
      } else {
        b.repeat(kw, () => {
          run(this.channels);
          b.increase(x, pixel - 4 * this.channels);
        });
        b.increase(x, row - kw * pixel);
      }
    });
  }

  /** Whether this is a 1×1 convolution that may treat the image as one long row. */
  private isFlat(): boolean {
    const { kernel, stride } = this.geometry;
    const [, , oh, ow] = this.output.shape as [number, number, number, number];
    const oneRow = (view: BufferView): boolean => oh === 1 || view.strides[2] === ow * view.strides[3]!;
    return kernel.every((k) => k === 1) && stride.every((s) => s === 1) && oneRow(this.input) && oneRow(this.output);
  }
}

/** The tile for rows of so many vectors, if there may be fewer rows than a tile usually has. */
export function narrowTile(vectors: number, rows: number): TileShape {
  const shape = tileShape(vectors);
  return { ...shape, rows: Math.min(shape.rows, rows) };
}
