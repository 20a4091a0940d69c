/**
 * A 3×3 convolution of one image with stride 1, channels last, by Winograd's F(4×4,3×3) or F(6×6,3×3).
 *
 *     for each strip of tiles t:
 *       v[k,t,i] = input transform of the 6×6 tile of x          36 matrices (8×8: 64)
 *       m[k,t,o] = Σ i  v[k,t,i] · u[k,i,o]                      as many small products
 *       y's 4×4 tiles = output transform of m[·,t,·], with the bias and the rest of the end applied
 *
 * u is the transformed weights, [36][I][O padded]. If the height or the width is not a multiple of a tile's, the last
 * tiles overlap their neighbours. The innermost loop of the products runs over i. It is not unrolled, since V8's code
 * for it would then be half as fast.
 */
import { byImage, whole, type Access, type Addressing, type Kernel } from "./kernel.js";
import { padToVector, type BufferView } from "./views.js";
import { v, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { narrowTile, type ConvolutionEnd } from "./convolution.js";
import { RegisterTile } from "./register-tile.js";
import {
  prepareInputRow,
  prepareOutputRow,
  rowScratch,
  tiledImage,
  transformRows,
  type TileRows,
} from "./winograd-rows.js";
import { matrixStride, tilingOf, type Finish, type Scheme, type Tiling } from "./winograd-transforms.js";

export class WinogradKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;
  private readonly tiling: Tiling;
  /** The padded numbers of channels of the input and the output. */
  private readonly inputs: number;
  private readonly outputs: number;
  /** The distance from one matrix of a strip's tiles to the next, in elements. */
  private readonly inputMatrix: number;
  private readonly outputMatrix: number;

  constructor(
    private readonly scheme: Scheme,
    private readonly input: BufferView,
    private readonly weight: BufferView,
    private readonly end: ConvolutionEnd,
    private readonly output: BufferView,
    /** Working memory for a thread: [N, scratchSize]. */
    private readonly scratch: BufferView,
  ) {
    const [n, o, oh, ow] = output.shape as [number, number, number, number];
    this.tiling = tilingOf(scheme, oh, ow);
    this.inputs = padToVector(input.shape[1]!);
    this.outputs = padToVector(o);
    const tiles = this.tiling.rowsPerStrip * this.tiling.columns;
    this.inputMatrix = matrixStride(tiles, this.inputs);
    this.outputMatrix = matrixStride(tiles, this.outputs);
    this.extent = n;
    this.title = `conv2d 3×3 ${input.shape[1]!}→${o} ${oh}×${ow}, Winograd`;
    this.cost = o * oh * ow * 9 * input.shape[1]!;
  }

  /** How many elements of working memory the kernel needs. */
  static scratchSize(scheme: Scheme, inputs: number, outputs: number, height: number, width: number): number {
    const { rowsPerStrip, columns } = tilingOf(scheme, height, width);
    const stride = (channels: number): number => matrixStride(rowsPerStrip * columns, padToVector(channels));
    return rowScratch(scheme, padToVector(outputs), width) + scheme.products * (stride(inputs) + stride(outputs));
  }

  get reads(): Access[] {
    const { bias } = this.end;
    return [byImage(this.input), whole(this.weight), ...(bias ? [whole(bias)] : [])];
  }
  get writes(): Access[] {
    return [this.output, this.scratch].map(byImage);
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const x = b.let("i32", "x", at.pointer(byImage(this.input), n));
    const y = b.let("i32", "y", at.pointer(byImage(this.output), n));
    const u = b.let("i32", "u", at.pointer(whole(this.weight), n));
    const bias = this.end.bias && b.let("i32", "bias", at.pointer(whole(this.end.bias), n));
    const scratch = b.let("i32", "scratch", at.pointer(byImage(this.scratch), n));
    const rowsNeed = rowScratch(this.scheme, this.outputs, this.output.shape[3]!);
    const vs = b.let("i32", "v", v.n.add(scratch, v.int(4 * rowsNeed)));
    const ms = b.let("i32", "m", v.n.add(vs, v.int(4 * this.scheme.products * this.inputMatrix)));
    const { rows, rowsPerStrip } = this.tiling;
    b.for("strip", 0, rows, rowsPerStrip, (strip) => {
      const count = b.let("i32", "count", v.int(rowsPerStrip));
      if (rows % rowsPerStrip !== 0) {
        const left = v.n.sub(v.int(rows), strip);
        b.if(v.op("i32.lt_s", left, v.int(rowsPerStrip)), () => b.set(count, left));
      }
      this.transformInput(b, { image: x, matrices: vs, first: strip, count }, scratch);
      this.multiply(b, vs, u, ms, count);
      this.transformOutput(b, { image: y, matrices: ms, first: strip, count }, scratch, bias);
    });
  }

  private transformInput(b: FunctionBuilder, rows: TileRows, scratch: Local): void {
    const image = tiledImage(this.input, this.output.shape);
    transformRows(b, this.scheme, image, rows, prepareInputRow(b, this.scheme, scratch, image, 4 * this.inputMatrix));
  }

  private multiply(b: FunctionBuilder, vs: Local, us: Local, ms: Local, rows: Local): void {
    const inputRow = 4 * this.inputs;
    const outputRow = 4 * this.outputs;
    const shape = narrowTile(this.outputs / 4, this.tiling.columns);
    const tiles = b.let("i32", "tiles", v.n.scale(rows, this.tiling.columns));
    const lastFrom = b.let("i32", "lastFrom", v.n.sub(tiles, v.int(shape.rows)));
    const channels = this.input.shape[1]!;
    const left = b.let("i32", "left", vs);
    const right = b.let("i32", "right", us);
    const out = b.let("i32", "out", ms);
    b.repeat(this.scheme.products, () => {
      b.for("o", 0, this.outputs / 4, shape.columns, (o) =>
        b.for("t", v.int(0), tiles, shape.rows, (t) => {
          const from = b.let("i32", "from", t);
          b.if(v.op("i32.lt_s", lastFrom, from), () => b.set(from, lastFrom));
          const p = b.let("i32", "p", v.n.add(left, v.n.scale(from, inputRow)));
          const w = b.let("i32", "w", v.n.add(right, v.n.scale(o, 16)));
          const tile = new RegisterTile(b, shape);
          b.repeat(channels, () => {
            const weights = tile.columns((column) => v.load(w, 16 * column));
            tile.accumulate((row) => v.load(p, row * inputRow, "splat"), weights);
            b.increase(p, 4);
            b.increase(w, outputRow);
          });
          const to = b.let("i32", "to", v.n.add(v.n.add(out, v.n.scale(from, outputRow)), v.n.scale(o, 16)));
          tile.store(to, outputRow);
        }),
      );
      b.increase(left, 4 * this.inputMatrix);
      b.increase(right, 4 * this.weight.strides[0]!);
      b.increase(out, 4 * this.outputMatrix);
    });
  }

  private transformOutput(b: FunctionBuilder, rows: TileRows, scratch: Local, bias: Local | undefined): void {
    const image = tiledImage(this.output, this.output.shape);
    const finish = (): Finish => this.finishTile(b, bias);
    const transform = prepareOutputRow(b, this.scheme, scratch, image, 4 * this.outputMatrix, finish);
    transformRows(b, this.scheme, image, rows, transform);
  }

  /** Adds the bias, starting with the first channels, and applies the rest of the end. */
  private finishTile(b: FunctionBuilder, bias: Local | undefined): Finish {
    if (!bias) return () => (value) => this.end.apply(b, value);
    const at = b.let("i32", "bs", bias);
    return () => {
      const start = b.let("v128", "start", v.load(at));
      b.increase(at, 16);
      return (value) => this.end.apply(b, b.let("v128", "y", v.add(value, start)));
    };
  }
}
