/**
 * The transforms of whole rows of tiles, between an image and the matrices [tiles, channels] of a strip. One dimension
 * is transformed for all tiles of a row before the other, so that the image is read and written row by row. A processor
 * prefetches such memory, and when it is in no cache writes it two to three times as fast as tile by tile.
 */
import { padToVector, type BufferView } from "./views.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import type { FunctionBuilder } from "../wasm/loops.js";
import { preparePass, type Finish, type Scheme } from "./winograd-transforms.js";

/** An image in memory, and the size of a convolution's outputs. The channels are padded. */
export interface TiledImage {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Bytes. */
  readonly row: number;
  readonly pixel: number;
}

/** @param outputs the shape of the convolution's outputs, [N,O,H,W] */
export function tiledImage(view: BufferView, outputs: readonly number[]): TiledImage {
  const [, , height, width] = outputs as [number, number, number, number];
  const [, , row, pixel] = view.strides.map((stride) => 4 * stride) as [number, number, number, number];
  return { channels: padToVector(view.shape[1]!), height, width, row, pixel };
}

/**
 * How many columns are transformed at once, for several tiles. With more, they and the matrices would not fit the
 * cache.
 */
const mostColumns = 34;
/**
 * How many vectors of outputs have their columns transformed before their rows: as many as a first-level cache holds.
 */
const mostBetween = 1536;

/** How many elements of working memory the transforms of an image's rows of tiles need. */
export function rowScratch(scheme: Scheme, outputs: number, width: number): number {
  const { tile, patch } = scheme;
  const tiles = groupsOf(scheme, width, outputTilesAtOnce(scheme, outputs)).size;
  return Math.max(inputRowScratch(scheme), tiles * outputs * tile * patch);
}

/** The same for the transform of the input alone. */
export function inputRowScratch({ patch }: Scheme): number {
  return 4 * patch * mostColumns;
}

/** How many tiles of a row have their columns transformed together. */
function inputTilesAtOnce({ tile, patch }: Scheme): number {
  return Math.floor((mostColumns - patch) / tile) + 1;
}

function outputTilesAtOnce({ tile, patch }: Scheme, channels: number): number {
  return Math.max(1, Math.floor(mostBetween / (tile * patch * (channels / 4))));
}

/** Divides a row's tiles into groups of at most `most`. */
function groupsOf({ tile }: Scheme, width: number, most: number): { count: number; size: number; last: number } {
  const tiles = Math.ceil(width / tile);
  const count = Math.ceil(tiles / most);
  const size = Math.ceil(tiles / count);
  return { count, size, last: tiles - (count - 1) * size };
}

/**
 * Emits the transform of so many adjacent tiles. The last one lies `overlap` columns further to the left than usual.
 */
type TransformNeighbours = (image: Local, matrices: Local, tiles: number, overlap: number) => void;

/** Emits the transform of a row of tiles, between its first pixel and the place of its first tile in the matrices. */
type TransformRow = (image: Local, matrices: Local) => void;

function inGroups(
  b: FunctionBuilder,
  scheme: Scheme,
  { channels, width, pixel }: TiledImage,
  most: number,
  neighbours: TransformNeighbours,
): TransformRow {
  const { count, size, last } = groupsOf(scheme, width, most);
  return (image, matrices) => {
    const at = b.let("i32", "at", image);
    const place = b.let("i32", "place", matrices);
    b.repeat(count - 1, () => {
      neighbours(at, place, size, 0);
      b.increase(at, size * scheme.tile * pixel);
      b.increase(place, 4 * size * channels);
    });
    neighbours(at, place, last, Math.ceil(width / scheme.tile) * scheme.tile - width);
  };
}

/**
 * Emits what the input transform needs before the loops, and returns the transform. Columns that adjacent tiles share
 * are transformed once.
 */
export function prepareInputRow(
  b: FunctionBuilder,
  scheme: Scheme,
  scratch: Local,
  image: TiledImage,
  matrix: number,
): TransformRow {
  const { tile, patch } = scheme;
  const { channels, row, pixel } = image;
  const pass = preparePass(b, scheme.transforms.input);
  return inGroups(b, scheme, image, inputTilesAtOnce(scheme), (at, matrices, tiles, overlap) => {
    // If the first tile is the last one, it overlaps as well.
    const start = tiles === 1 ? -overlap : 0;
    const columns = (tiles - 1) * tile - overlap - start + patch;
    const q = b.let("i32", "q", v.n.add(at, v.int(start * pixel)));
    const place = b.let("i32", "place", matrices);
    b.repeat(channels / 4, () => {
      pass(columns, { at: q, step: row, line: pixel }, { at: scratch, step: 16 * columns, line: 16 });
      const from = b.let("i32", "from", scratch);
      const p = b.let("i32", "p", place);
      const next = (): void => {
        pass(patch, { at: from, step: 16, line: 16 * columns }, { at: p, step: matrix, line: patch * matrix });
        b.increase(from, 16 * tile);
        b.increase(p, 4 * channels);
      };
      b.repeat(overlap ? tiles - 1 : tiles, next);
      if (overlap) {
        b.increase(from, 16 * (-overlap - start));
        next();
      }
      b.increase(q, 16);
      b.increase(place, 16);
    });
  });
}

/**
 * Emits what the output transform needs before the loops, and returns the transform. It transforms the columns of all
 * tiles into `scratch`, [tile's row][tile, vector][patch], and then rows of pixels. For each row of a tile,
 * `finishTile` returns what is done with its vectors, in the order of the channels.
 */
export function prepareOutputRow(
  b: FunctionBuilder,
  scheme: Scheme,
  scratch: Local,
  image: TiledImage,
  matrix: number,
  finishTile: () => Finish,
): TransformRow {
  const { tile, patch } = scheme;
  const { channels, row, pixel } = image;
  const vectors = channels / 4;
  const line = 16 * patch;
  const pass = preparePass(b, scheme.transforms.output);
  return inGroups(b, scheme, image, outputTilesAtOnce(scheme, channels), (at, matrices, tiles, overlap) => {
    const p = b.let("i32", "p", matrices);
    const between = b.let("i32", "between", scratch);
    b.repeat(tiles * vectors, () => {
      const to = { at: between, step: tiles * vectors * line, line: 16 };
      pass(patch, { at: p, step: patch * matrix, line: matrix }, to);
      b.increase(p, 16);
      b.increase(between, line);
    });
    const from = b.let("i32", "from", scratch);
    const q = b.let("i32", "q", at);
    const next = (): void => {
      pass(vectors, { at: from, step: 16, line }, { at: q, step: pixel, line: 16 }, { finish: finishTile() });
      b.increase(from, vectors * line);
      b.increase(q, tile * pixel);
    };
    b.repeat(tile, () => {
      b.repeat(overlap ? tiles - 1 : tiles, next);
      if (overlap) {
        b.increase(q, -overlap * pixel);
        next();
      }
      b.increase(q, row - (tiles * tile - overlap) * pixel);
    });
  });
}

/** Rows of tiles of an image, from row `first` on, and where the tiles of that row are in the matrices. */
export interface TileRows {
  readonly image: Local;
  readonly matrices: Local;
  readonly first: Expr;
  readonly count: Expr | number;
}

/** Emits the transform of rows of tiles, one after the other. */
export function transformRows(
  b: FunctionBuilder,
  scheme: Scheme,
  image: TiledImage,
  rows: TileRows,
  transform: TransformRow,
): void {
  const place = b.let("i32", "to", rows.matrices);
  b.for("r", 0, rows.count, 1, (r) => {
    transform(tileRowAt(b, scheme, image, rows.image, v.n.add(rows.first, r)), place);
    b.increase(place, 4 * image.channels * Math.ceil(image.width / scheme.tile));
  });
}

/**
 * The address of the first pixel of a row of tiles, given the row's number. If the height is not a multiple of a
 * tile's, the last row overlaps the one before it.
 */
export function tileRowAt(
  b: FunctionBuilder,
  { tile }: Scheme,
  { height, row }: TiledImage,
  at: Local,
  number: Expr,
): Local {
  const top = b.let("i32", "top", v.n.scale(number, tile));
  if (height % tile !== 0) {
    b.if(v.op("i32.lt_s", v.int(height - tile), top), () => b.set(top, v.int(height - tile)));
  }
  return b.let("i32", "at", v.n.add(at, v.n.scale(top, row)));
}
