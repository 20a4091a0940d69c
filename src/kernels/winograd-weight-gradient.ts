/**
 * The gradient of a 3×3 convolution's weights by Winograd's transforms, summed over a chunk of the batch.
 *
 *     for each strip of tiles t:
 *       v[k,t,i] = input transform of the 6×6 tile of x
 *       z[k,t,o] = transform of the 4×4 tile of g
 *       du[chunk][k,i,o] += Σ t  v[k,t,i] · z[k,t,o]             36 small products
 *
 * and, once the chunks have been added, dw = Gᵀ du G. If the height or the width is not a multiple of 4, the last tiles
 * overlap their neighbours, and what is in both counts as 0 in one of them. A register tile of inputs × vectors of
 * outputs is kept over the strip. The chunk's first image clears du.
 */
import { byImage, whole, type Access, type Addressing, type Kernel } from "./kernel.js";
import { padToVector, type BufferView } from "./views.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { emitFill } from "./fill.js";
import { RegisterTile, tileShape } from "./register-tile.js";
import {
  inputRowScratch,
  prepareInputRow,
  tiledImage,
  tileRowAt,
  transformRows,
  type TileRows,
} from "./winograd-rows.js";
import { acrossMatrices, prepareTransform, small, tilingOf, type Skip } from "./winograd-transforms.js";

const { products, tile: tileSize } = small;

/** How many inputs a register tile has for so many vectors of outputs. */
function inputsAtOnce(vectors: number): number {
  return tileShape(vectors).rows;
}

interface Strip extends TileRows {
  readonly count: number;
}

export class WinogradWeightGradientKernel implements Kernel {
  readonly title: string;
  readonly extent: number;
  readonly cost: number;
  private readonly inputs: number;
  private readonly outputs: number;

  constructor(
    private readonly input: BufferView,
    private readonly grad: BufferView,
    /** [chunks, 36, I, O padded] */
    private readonly output: BufferView,
    /** Working memory for a thread: [N, scratchSize]. */
    private readonly scratch: BufferView,
    readonly chunk: number,
  ) {
    const [n, o, oh, ow] = grad.shape as [number, number, number, number];
    this.inputs = padToVector(input.shape[1]!);
    this.outputs = padToVector(o);
    this.extent = n;
    this.title = `conv2dWeightGradient 3×3 ${input.shape[1]!}→${o} ${oh}×${ow}, Winograd`;
    this.cost = o * oh * ow * 9 * input.shape[1]!;
  }

  /** How many elements of working memory the kernel needs. */
  static scratchSize(inputs: number, outputs: number, height: number, width: number): number {
    const { rowsPerStrip, columns } = tilingOf(small, height, width);
    return inputRowScratch(small) + products * rowsPerStrip * columns * (padToVector(inputs) + padToVector(outputs));
  }

  /** Whether the inputs fill whole register tiles, which this kernel requires. */
  static suits(inputs: number, outputs: number): boolean {
    return inputs % inputsAtOnce(padToVector(outputs) / 4) === 0;
  }

  get reads(): Access[] {
    return [this.input, this.grad].map(byImage);
  }
  get writes(): Access[] {
    return [whole(this.output), byImage(this.scratch)];
  }

  emit(b: FunctionBuilder, at: Addressing, n: Local): void {
    const size = this.output.strides[0]!;
    const start = at.pointer(whole(this.output), n);
    const slot = v.op("i32.div_u", n, v.int(this.chunk));
    const du = b.let("i32", "du", v.n.add(start, v.n.scale(slot, 4 * size)));
    b.if(v.op("i32.eqz", v.op("i32.rem_u", n, v.int(this.chunk))), () => emitFill(b, du, size, 0, "float32"));
    const x = b.let("i32", "x", at.pointer(byImage(this.input), n));
    const g = b.let("i32", "g", at.pointer(byImage(this.grad), n));
    const scratch = b.let("i32", "scratch", at.pointer(byImage(this.scratch), n));
    const [, , height, width] = this.grad.shape as [number, number, number, number];
    const vs = b.let("i32", "v", v.n.add(scratch, v.int(4 * inputRowScratch(small))));
    const { rows, columns, rowsPerStrip } = tilingOf(small, height, width);
    const zs = b.let("i32", "z", v.n.add(vs, v.int(4 * products * rowsPerStrip * columns * this.inputs)));
    const strip = (first: Expr, count: number): void => {
      this.transformInput(b, { image: x, matrices: vs, first, count }, scratch);
      this.transformGrad(b, { image: g, matrices: zs, first, count }, scratch);
      this.multiply(b, vs, zs, du, count * columns);
    };
    const inWholeStrips = rows - (rows % rowsPerStrip);
    b.for("strip", 0, inWholeStrips, rowsPerStrip, (first) => strip(first, rowsPerStrip));
    if (rows > inWholeStrips) strip(v.int(inWholeStrips), rows - inWholeStrips);
  }

  private transformInput(b: FunctionBuilder, strip: Strip, scratch: Local): void {
    const image = tiledImage(this.input, this.grad.shape);
    const { columns } = tilingOf(small, image.height, image.width);
    const matrix = 4 * strip.count * columns * this.inputs;
    transformRows(b, small, image, strip, prepareInputRow(b, small, scratch, image, matrix));
  }

  /** If the last tiles overlap their neighbours, what is in both counts in only one of them. */
  private transformGrad(b: FunctionBuilder, { image, matrices, first, count }: Strip, scratch: Local): void {
    const tiled = tiledImage(this.grad, this.grad.shape);
    const { height, width, row, pixel } = tiled;
    const { rows, columns } = tilingOf(small, height, width);
    const [overlapRows, overlapColumns] = [rows * tileSize - height, columns * tileSize - width];
    const transform = prepareTransform(b, "outputGradient", scratch);
    const matrix = 4 * count * columns * this.outputs;
    const place = b.let("i32", "to", matrices);
    const tile = (at: Local, skip: Skip): void => {
      const q = b.let("i32", "q", at);
      b.repeat(this.outputs / 4, () => {
        transform({ at: q, row, column: pixel }, acrossMatrices(small, place, matrix), { skip });
        b.increase(q, 16);
        b.increase(place, 16);
      });
    };
    const tileRow = (at: Local, skipRows: number): void => {
      b.repeat(overlapColumns ? columns - 1 : columns, () => {
        tile(at, { rows: skipRows, columns: 0 });
        b.increase(at, tileSize * pixel);
      });
      if (overlapColumns === 0) return;
      b.increase(at, -overlapColumns * pixel);
      tile(at, { rows: skipRows, columns: overlapColumns });
    };
    b.for("r", 0, count, 1, (r) => {
      const number = b.let("i32", "row", v.n.add(first, r));
      const at = tileRowAt(b, small, tiled, image, number);
      if (overlapRows === 0) return tileRow(at, 0);
      b.if(
        v.op("i32.eq", number, v.int(rows - 1)),
        () => tileRow(at, overlapRows),
        () => tileRow(at, 0),
      );
    });
  }

  private multiply(b: FunctionBuilder, vs: Local, zs: Local, du: Local, tiles: number): void {
    const inputRow = 4 * this.inputs;
    const outputRow = 4 * this.outputs;
    const shape = tileShape(this.outputs / 4);
    const channels = this.input.shape[1]!;
    const left = b.let("i32", "left", vs);
    const right = b.let("i32", "right", zs);
    const out = b.let("i32", "out", du);
    b.repeat(products, () => {
      b.repeat(channels / shape.rows, () => {
        b.for("o", 0, this.outputs / 4, shape.columns, (o) => {
          const p = b.let("i32", "p", left);
          const z = b.let("i32", "z", v.n.add(right, v.n.scale(o, 16)));
          const to = b.let("i32", "to", v.n.add(out, v.n.scale(o, 16)));
          const tile = new RegisterTile(b, shape);
          b.repeat(tiles, () => {
            const grads = tile.columns((column) => v.load(z, 16 * column));
            tile.accumulate((row) => v.load(p, 4 * row, "splat"), grads);
            b.increase(p, inputRow);
            b.increase(z, outputRow);
          });
          tile.addTo(to, outputRow);
        });
        b.increase(left, 4 * shape.rows);
        b.increase(out, shape.rows * outputRow);
      });
      b.increase(left, tiles * inputRow - 4 * channels);
      b.increase(right, tiles * outputRow);
    });
  }
}
