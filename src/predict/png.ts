/**
 * Reads PNG: every colour type and depth, interlaced or not, with an alpha channel, a transparent palette or a colour
 * key. Colour profiles and gamma are not applied, as in Pillow and torchvision; of an animation, the default image is
 * read. Layout: the W3C's recommendation, sections 5 (chunks), 8 (interlacing), 9 (filters) and 11.
 */
import { unzlibSync } from "fflate";
import { MAX_PIXELS, type LayeredPicture } from "./picture.js";
import { crc32 } from "../formats/crc32.js";

/** The number of samples per pixel and the depths that are allowed, by colour type. */
const TYPES: Readonly<Record<number, { readonly samples: number; readonly depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
const PALETTE = 3;

/** The first column and row of each pass of an interlaced image, and the distances between its columns and rows. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const ONE_PASS = [[0, 0, 1, 1]] as const;

/** Deflate does not compress by more than this. */
const MOST_COMPRESSION = 1032;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly type: number;
  readonly samples: number;
  readonly interlaced: boolean;
}

/** The samples of all pixels, row by row, as they are stored: [height, width, samples]. */
type Samples = Uint16Array;

/** @throws Error with what is wrong, if the bytes are not a whole PNG */
export function decodePng(bytes: Uint8Array): LayeredPicture {
  const chunks = readChunks(bytes);
  const header = readHeader(chunks.get("IHDR"));
  const samples = readSamples(header, chunks.get("IDAT"));
  const transparency = chunks.get("tRNS");
  if (header.type === PALETTE) return fromPalette(header, samples, chunks.get("PLTE"), transparency);
  return fromSamples(header, samples, transparency);
}

/** The content of the chunks that matter, by their types. */
function readChunks(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = new Map<string, Uint8Array[]>();
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw new Error("the file is incomplete: it ends before its last chunk, IEND");
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Error(`the file is damaged: there is no chunk at offset ${at}`);
    if (at + 12 + length > bytes.length) throw new Error(`the file is incomplete: it ends within a chunk, ${type}`);
    const content = bytes.subarray(at + 8, at + 8 + length);
    const isCritical = /^[A-Z]/.test(type);
    if (isCritical || type === "tRNS") {
      if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
        throw new Error(`the file is damaged: the checksum of ${type} at offset ${at} does not match`);
      }
      if (isCritical && !["IHDR", "PLTE", "IDAT", "IEND"].includes(type)) {
        throw new Error(`it needs the extension ${type}`);
      }
      parts.set(type, [...(parts.get(type) ?? []), content]);
    }
    if (type === "IEND") break;
    at += 12 + length;
  }
  return new Map([...parts].map(([type, contents]) => [type, joined(contents)]));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function readHeader(content: Uint8Array | undefined): Header {
  if (content?.length !== 13) throw new Error("the file is damaged: it has no header");
  const view = new DataView(content.buffer, content.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, compression, filter, interlacing] = content.subarray(8) as unknown as [number, number, number, number, number]; // prettier-ignore
  if (width === 0 || height === 0) throw new Error(`an image of ${width}×${height} pixels is empty`);
  if (width * height > MAX_PIXELS)
    throw new Error(`${width}×${height} pixels are too many; at most ${MAX_PIXELS} are read`);
  const known = TYPES[type];
  if (!known?.depths.includes(depth)) throw new Error(`there is no colour type ${type} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlacing > 1) {
    throw new Error(`unknown methods: compression ${compression}, filter ${filter}, interlacing ${interlacing}`);
  }
  return { width, height, depth, type, samples: known.samples, interlaced: interlacing === 1 };
}

function readSamples(header: Header, packed: Uint8Array | undefined): Samples {
  if (!packed) throw new Error("the file is damaged: it has no pixels");
  const passes = passesOf(header);
  const size = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  const missing = new Error("the file is damaged: it has fewer pixels than it declares");
  if (size > MOST_COMPRESSION * packed.length) throw missing;
  const lines = unpack(packed, size);
  if (lines.length < size) throw missing;
  const samples = new Uint16Array(header.width * header.height * header.samples);
  let at = 0;
  for (const pass of passes) at = readPass(header, pass, lines, at, samples);
  return samples;
}

function unpack(packed: Uint8Array, size: number): Uint8Array {
  try {
    return unzlibSync(packed, { out: new Uint8Array(size) });
  } catch (error) {
    throw new Error(`the file is damaged: ${(error as Error).message}`, { cause: error });
  }
}

/** Some rows and columns of an image, stored together. */
interface Pass {
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
  /** The offset in the image of a pixel of the pass. */
  readonly pixel: (column: number, row: number) => number;
}

function passesOf({ width, height, depth, samples, interlaced }: Header): Pass[] {
  return (interlaced ? ADAM7 : ONE_PASS).flatMap(([left, top, across, down]) => {
    const [columns, rows] = [Math.ceil((width - left) / across), Math.ceil((height - top) / down)];
    if (columns <= 0 || rows <= 0) return [];
    const pixel = (column: number, row: number): number => (top + row * down) * width + left + column * across;
    return [{ columns, rows, rowBytes: Math.ceil((columns * samples * depth) / 8), pixel }];
  });
}

/** What a filter predicts of a byte from the bytes to its left, above, and above to the left. */
const FILTERS: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  (left, above, corner) => {
    const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
    const toCorner = Math.abs(left + above - 2 * corner);
    if (toLeft <= toAbove && toLeft <= toCorner) return left;
    return toAbove <= toCorner ? above : corner;
  },
];

/** Reads one pass, and returns where the next begins. */
function readPass(header: Header, pass: Pass, lines: Uint8Array, start: number, samples: Samples): number {
  const { rowBytes, columns } = pass;
  const perPixel = Math.max(1, (header.samples * header.depth) >> 3);
  let above: Uint8Array = new Uint8Array(rowBytes);
  let at = start;
  for (let row = 0; row < pass.rows; row++) {
    const filter = FILTERS[lines[at]!];
    if (!filter) throw new Error(`the file is damaged: there is no filter ${lines[at]}`);
    const line = lines.subarray(at + 1, at + 1 + rowBytes);
    for (let i = 0; i < rowBytes; i++) {
      const [left, corner] = i < perPixel ? [0, 0] : [line[i - perPixel]!, above[i - perPixel]!];
      line[i]! += filter(left, above[i]!, corner);
    }
    for (let column = 0; column < columns; column++) {
      const to = pass.pixel(column, row) * header.samples;
      for (let k = 0; k < header.samples; k++) {
        samples[to + k] = sampleAt(line, column * header.samples + k, header.depth);
      }
    }
    above = line;
    at += 1 + rowBytes;
  }
  return at;
}

/** Samples smaller than a byte are packed, the first in the highest bits. */
function sampleAt(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i]!;
  if (depth === 16) return (line[2 * i]! << 8) | line[2 * i + 1]!;
  const bit = i * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

function fromPalette(
  { width, height }: Header,
  samples: Samples,
  palette: Uint8Array | undefined,
  opacities: Uint8Array = new Uint8Array(0),
): LayeredPicture {
  if (!palette || palette.length % 3 !== 0) throw new Error("the file is damaged: it has no palette");
  const colours = palette.length / 3;
  const pixels = new Float32Array(3 * samples.length);
  const alpha = new Float32Array(samples.length);
  samples.forEach((colour, i) => {
    if (colour >= colours)
      throw new Error(`the file is damaged: there is no colour ${colour} in a palette of ${colours}`);
    for (let k = 0; k < 3; k++) pixels[3 * i + k] = palette[3 * colour + k]! / 255;
    alpha[i] = (opacities[colour] ?? 255) / 255;
  });
  return { width, height, channels: 3, pixels, alpha: opacities.length > 0 ? alpha : undefined };
}

function fromSamples(header: Header, samples: Samples, transparency: Uint8Array | undefined): LayeredPicture {
  const { width, height, depth, samples: perPixel } = header;
  const channels = perPixel < 3 ? 1 : 3;
  const most = 2 ** depth - 1;
  const pixels = new Float32Array(width * height * channels);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = samples[Math.floor(i / channels) * perPixel + (i % channels)]! / most;
  }
  const alpha = perPixel > channels ? alphaChannel(samples, perPixel, most) : keyed(header, samples, transparency);
  return { width, height, channels, pixels, alpha };
}

function alphaChannel(samples: Samples, perPixel: number, most: number): Float32Array {
  return Float32Array.from({ length: samples.length / perPixel }, (_, i) => samples[(i + 1) * perPixel - 1]! / most);
}

/** One colour may be transparent. It is stored as two bytes a sample, of which the lower `depth` bits count. */
function keyed({ samples: perPixel, depth }: Header, samples: Samples, key?: Uint8Array): Float32Array | undefined {
  if (!key) return undefined;
  if (key.length !== 2 * perPixel) throw new Error(`the file is damaged: a transparent colour has ${key.length} bytes`);
  const colour = Array.from({ length: perPixel }, (_, k) => sampleAt(key, k, 16) & (2 ** depth - 1));
  return Float32Array.from({ length: samples.length / perPixel }, (_, i) =>
    colour.every((value, k) => samples[i * perPixel + k] === value) ? 0 : 1,
  );
}
