/**
 * The gradient of a convolution's weights, one image at a time, summed over a chunk of the batch.
 *
 *     for ky, kx, i, o:  dw[chunk][ky,kx,i,o] += Σ oy,ox  x[oy·s + ky·d, ox·s + kx·d, i] · g[oy,ox,o]
 *
 * A tap is a triple (ky, kx, i), and its offset from a pixel is looked up in a table. A register tile of taps × vectors
 * of outputs is kept over a band of rows. The band is high enough to make up for loading and storing the tile, and low
 * enough for its parts of x and g to stay in the first-level cache; if the sums are long, it is the whole image. The chunk's first image clears the sums. Taps are
 * rounded up to whole tiles; the surplus rows of dw are never read.
 */
import { byImage, whole, type Access, type Addressing, type Kernel } from "./kernel.js";
import type { BufferView } from "./views.js";
import { v, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import type { ConvolutionGeometry } from "./convolution.js";
import { range } from "./range.js";
import { tileShape, type TileShape } from "./register-tile.js";
import { longSum, SummedTile } from "./summed-tile.js";

/** How many pixels a tile should process before its sums are stored. */
const pixelsPerBand = 96;

export class ConvolutionWeightGradientKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;
  private readonly vectors: number;
  private readonly tile: TileShape;

  constructor(
    private readonly input: BufferView,
    private readonly grad: BufferView,
    /** [chunks, taps rounded up, O padded] */
    private readonly output: BufferView,
    private readonly geometry: ConvolutionGeometry,
    readonly chunk: number,
  ) {
    const [n, o, oh, ow] = grad.shape as [number, number, number, number];
    const [kh, kw] = geometry.kernel;
    this.vectors = Math.ceil(o / 4);
    this.tile = tileShape(this.vectors);
    this.extent = n;
    this.title = `conv2dWeightGradient ${kh}×${kw} ${input.shape[1]!}→${o} ${oh}×${ow}`;
    this.cost = o * oh * ow * kh * kw * input.shape[1]!;
  }

  get reads(): Access[] {
    return [byImage(this.input), byImage(this.grad)];
  }
  get writes(): Access[] {
    return [whole(this.output)];
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const offsets = this.tapOffsets();
    const rowBytes = 16 * this.vectors;
    const sumsAt = at.pointer(whole(this.output), n);
    const slot = v.op("i32.div_u", n, v.int(this.chunk));
    const sums = b.let("i32", "dw", v.n.add(sumsAt, v.n.scale(slot, rowBytes * offsets.length)));
    b.if(v.op("i32.eqz", v.op("i32.rem_u", n, v.int(this.chunk))), () => {
      const clear = b.let("i32", "clear", sums);
      b.repeat(offsets.length * this.vectors, () => {
        b.store(clear, 0, v.const(0));
        b.increase(clear, 16);
      });
    });
    const x = b.let("i32", "x", at.pointer(byImage(this.input), n));
    const g = b.let("i32", "g", at.pointer(byImage(this.grad), n));
    const table = at.table(offsets);
    const [, , oh, ow] = this.grad.shape as [number, number, number, number];
    const band = this.isLong() ? oh : Math.min(oh, Math.max(1, Math.round(pixelsPerBand / ow)));
    const emitBand = (rows: number): void => {
      b.for("o", 0, this.vectors, this.tile.columns, (o) => {
        const tapAt = b.let("i32", "tapAt", table);
        const tileSums = b.let("i32", "tile", v.n.add(sums, v.n.scale(o, 16)));
        const from = b.let("i32", "gs", v.n.add(g, v.n.scale(o, 16)));
        b.repeat(offsets.length / this.tile.rows, () => {
          this.emitTile(b, { x, g: from, tapAt, sums: tileSums }, rows, ow);
          b.increase(tapAt, 4 * this.tile.rows);
          b.increase(tileSums, rowBytes * this.tile.rows);
        });
      });
      b.increase(x, 4 * rows * this.geometry.stride[0] * this.input.strides[2]!);
      b.increase(g, 4 * rows * this.grad.strides[2]!);
    };
    b.repeat(Math.floor(oh / band), () => emitBand(band));
    if (oh % band > 0) emitBand(oh % band);
  }

  /** Whether the sums of an image are long, or those of a chunk. */
  private isLong(): boolean {
    const [, , oh, ow] = this.grad.shape as [number, number, number, number];
    return oh * ow > longSum || this.chunk * oh * ow > 8 * longSum;
  }

  private emitTile(
    b: FunctionBuilder,
    at: { x: Local; g: Local; tapAt: Local; sums: Local },
    rows: number,
    width: number,
  ): void {
    const rowBytes = 16 * this.vectors;
    const inputPixel = 4 * this.geometry.stride[1] * this.input.strides[3]!;
    const inputRow = 4 * this.geometry.stride[0] * this.input.strides[2]! - width * inputPixel;
    const gradPixel = 4 * this.grad.strides[3]!;
    const gradRow = 4 * this.grad.strides[2]! - width * gradPixel;
    const inputs = range(this.tile.rows).map((tap) =>
      b.let("i32", "xt", v.n.add(at.x, v.load(at.tapAt, 4 * tap, "i32"))),
    );
    const g = b.let("i32", "gt", at.g);
    const tileSums = new SummedTile(b, this.tile, this.isLong());
    b.repeat(rows, () => {
      tileSums.repeat(width, (tile) => {
        const grads = tile.columns((column) => v.load(g, 16 * column));
        tile.accumulate((tap) => v.load(inputs[tap]!, 0, "splat"), grads);
        inputs.forEach((pointer) => b.increase(pointer, inputPixel));
        b.increase(g, gradPixel);
      });
      inputs.forEach((pointer) => b.increase(pointer, inputRow));
      b.increase(g, gradRow);
    });
    tileSums.finish().addTo(at.sums, rowBytes);
  }

  /** The byte offset of each tap from its pixel, in the order of dw's rows. */
  private tapOffsets(): Int32Array {
    const [kh, kw] = this.geometry.kernel;
    const [dy, dx] = this.geometry.dilation;
    const [, channel, row, pixel] = this.input.strides as [number, number, number, number];
    const offsets = range(kh).flatMap((ky) =>
      range(kw).flatMap((kx) =>
        range(this.input.shape[1]!).map((i) => 4 * (ky * dy * row + kx * dx * pixel + i * channel)),
      ),
    );
    const rounded = roundTaps(offsets.length, this.vectors);
    return Int32Array.from({ length: rounded }, (_, i) => offsets[i] ?? 0);
  }
}

/** How many rows dw has for so many taps. */
export function roundTaps(taps: number, vectors: number): number {
  const { rows } = tileShape(vectors);
  return Math.ceil(taps / rows) * rows;
}
