/** Reads pixels from everything that `predict` accepts, and says what to give instead of what it does not. */
import { ArgumentError, DataError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { Tensor } from "../tensor/tensor.js";
import { fromRows, fromSamples, fromTensor, tagOf } from "./arrays.js";
import { recogniseFormat, type ReadableFormat } from "./file-format.js";
import { decodeJpeg } from "./jpeg.js";
import { flatten, type LayeredPicture, type Picture } from "./picture.js";
import { decodePng } from "./png.js";

/** An image as brightness. */
export interface GreyImage {
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /** The brightness of each pixel, from 0 to 1, row by row. */
  readonly pixels: ArrayLike<number>;
}

/** An image as a browser's canvas returns it. */
export interface RgbaImage {
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /**
   * Red, green, blue and alpha of each pixel, row by row, or brightness of each pixel. Bytes from 0 to 255, or
   * numbers from 0 to 1 in a Float32Array.
   */
  readonly data: ArrayLike<number>;
}

/** A canvas of a web page, in the page or off the screen. */
export interface CanvasSource {
  /** The width in pixels. */
  readonly width: number;
  /** The height in pixels. */
  readonly height: number;
  /**
   * Returns the context that the canvas was drawn with.
   * @param kind which context
   * @returns the context; null if the canvas has one of another kind
   */
  getContext(kind: "2d"): unknown;
}

/**
 * An image in one of several forms. Pictures: the bytes of a PNG or JPEG file, a canvas, or a canvas's ImageData. Arrays:
 * brightness from 0 to 1, as rows of numbers, as one array with its size, or as a tensor [H, W] or [C, H, W].
 */
export type ImageSource =
  Uint8Array | ArrayBuffer | RgbaImage | CanvasSource | GreyImage | readonly ArrayLike<number>[] | Tensor;

/** Pixels, and whether they come from a picture or were computed by a program. */
export interface Source {
  readonly picture: Picture;
  readonly isArray: boolean;
}

const READERS: Readonly<Record<ReadableFormat, (bytes: Uint8Array) => LayeredPicture>> = {
  PNG: decodePng,
  JPEG: decodeJpeg,
};

const ACCEPTED = "the bytes of a PNG or JPEG file, a canvas or its ImageData, rows of numbers from 0 to 1, or a tensor";

/**
 * Reads the pixels of an image.
 * @param name the image's name in errors
 * @throws DataError if a file cannot be read; ArgumentError for anything else that is no image
 */
export function readSource(source: unknown, name: string): Source {
  const bytes = bytesOf(source);
  if (bytes) return { picture: readFile(bytes, name), isArray: false };
  if (source instanceof Tensor) return { picture: fromTensor(source, name), isArray: true };
  if (Array.isArray(source)) return { picture: fromRows(source, name), isArray: true };
  if (isImageWith(source, "pixels"))
    return { picture: flatten(fromSamples({ ...size(source), data: source.pixels, most: 1 }, name)), isArray: true };
  if (isImageWith(source, "data")) return fromData(source, name);
  if (isImageWith(source, "getContext")) return fromData(canvasData(source as unknown as CanvasSource, name), name);
  throw new ArgumentError({
    op: "predict",
    problem: `${name} is no image`,
    expected: ACCEPTED,
    got: shown(source),
    hint: hintFor(source),
  });
}

/** The bytes of a file; undefined for anything else. Typed arrays from other realms count as well. */
function bytesOf(source: unknown): Uint8Array | undefined {
  const tag = tagOf(source);
  if (tag === "ArrayBuffer" || tag === "SharedArrayBuffer") return new Uint8Array(source as ArrayBuffer);
  if (!ArrayBuffer.isView(source) || !["Uint8Array", "Uint8ClampedArray", "DataView"].includes(tag)) return undefined;
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

function readFile(bytes: Uint8Array, name: string): Picture {
  const format = recogniseFormat(bytes);
  if (format.readable === undefined) {
    const { what, hint } = format;
    throw new DataError({ op: "predict", problem: `${name} is ${what}`, expected: "a PNG or JPEG", hint });
  }
  try {
    return flatten(READERS[format.readable](bytes));
  } catch (error) {
    const problem = `${name} cannot be read as ${format.readable}: ${(error as Error).message}`;
    const hint = "open it with an image viewer; if that cannot show it either, get the file again, else save it as PNG";
    throw new DataError({ op: "predict", problem, hint }, { cause: error });
  }
}

type Fields = Readonly<Record<"width" | "height" | "pixels" | "data", unknown>>;

function isImageWith(source: unknown, field: string): source is Fields {
  return typeof source === "object" && source !== null && field in source && "width" in source && "height" in source;
}

const size = ({ width, height }: Fields): Pick<Fields, "width" | "height"> => ({ width, height });

/** ImageData is a picture, and so are bytes of brightness; floating-point brightness is an array. */
function fromData(image: Fields, name: string): Source {
  const picture = fromSamples({ ...size(image), data: image.data }, name);
  return { picture: flatten(picture), isArray: picture.channels === 1 && tagOf(image.data).startsWith("Float") };
}

function canvasData(canvas: CanvasSource, name: string): Fields {
  const context = canvas.getContext("2d") as {
    getImageData(x: number, y: number, width: number, height: number): Fields;
  } | null;
  if (context) return context.getImageData(0, 0, canvas.width, canvas.height);
  throw new ArgumentError({
    op: "predict",
    problem: `${name} is a canvas without a 2d context`,
    hint: "draw it on another canvas, and pass that one",
  });
}

/** What to write instead, by the kind of object; the first that fits decides. */
const HINTS: readonly (readonly [fits: (tag: string, source: unknown) => boolean, hint: string])[] = [
  [(tag) => tag === "Promise", "await it first"],
  [
    (tag, source) => tag === "URL" || (tag === "String" && /^(https?|file|data|blob):/.test(source as string)),
    "load it: predict(await (await fetch(address)).arrayBuffer())",
  ],
  [(tag) => tag === "String", "read the file: predict(readFileSync(path)), with readFileSync from node:fs"],
  [(tag) => ["Blob", "File", "Response"].includes(tag), "take its bytes: predict(await image.arrayBuffer())"],
  [
    (tag) => /^(HTML(Image|Video)Element|ImageBitmap|VideoFrame|SVGSVGElement)$/.test(tag),
    "draw it on a canvas, context.drawImage(image, 0, 0), and pass the canvas",
  ],
  [(tag) => tag.endsWith("Array"), "say its size: predict({ width: 28, height: 28, pixels }) with numbers from 0 to 1"],
  [(tag) => tag === "Object", "pixels need a width, a height, and data or pixels"],
];

function hintFor(source: unknown): string | undefined {
  const tag = tagOf(source);
  return HINTS.find(([fits]) => fits(tag, source))?.[1];
}
