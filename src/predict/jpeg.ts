/** Reads JPEG with jpeg-js, and turns the image upright as its Exif data says. */
import decode from "jpeg-js/lib/decoder.js";
import { MAX_PIXELS, type Picture } from "./picture.js";

const MARKER = 0xff;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const EXIF_SEGMENT = 0xe1;
/** In megabytes: what jpeg-js needs for MAX_PIXELS of full-size colours. */
const MAX_MEMORY = 1024;

/** @throws Error with what is wrong, if the bytes are not a whole JPEG */
export function decodeJpeg(bytes: Uint8Array): Picture {
  const { exif, scans } = readSegments(bytes);
  if (!hasEnd(bytes, scans)) throw new Error("the file is incomplete: it has no end of image");
  const { width, height, data } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: MAX_PIXELS / 1e6,
    maxMemoryUsageInMB: MAX_MEMORY,
  });
  const pixels = new Float32Array(data.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = data[i]! / 255;
  return turned({ width, height, channels: 3, pixels }, exif ? orientationIn(exif) : 1);
}

/** The segments before the pixels: each is a marker, then a length of two bytes that counts itself, and content. */
function readSegments(bytes: Uint8Array): { readonly exif: Uint8Array | undefined; readonly scans: number } {
  let exif: Uint8Array | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== MARKER) throw new Error(`the file is damaged: there is no marker at offset ${at}`);
    const marker = bytes[at + 1]!;
    if (marker === MARKER) {
      at++; // any number of these bytes may fill the gap before a marker
      continue;
    }
    if (marker === START_OF_SCAN) return { exif, scans: at };
    const end = at + 2 + (bytes[at + 2]! << 8) + bytes[at + 3]!;
    const content = bytes.subarray(at + 4, end);
    if (marker === EXIF_SEGMENT && ascii(content, 0, 6) === "Exif\0\0") exif ??= content.subarray(6);
    at = end;
  }
  throw new Error("the file is incomplete: it ends before its pixels");
}

/** Compressed pixels never contain the marker for the end. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] === MARKER && bytes[at + 1] === END_OF_IMAGE) return true;
  }
  return false;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

const ORIENTATION = 0x0112;

/** Reads the orientation, 1 to 8, from Exif data, which is laid out like a TIFF file; 1 if there is none. */
function orientationIn(exif: Uint8Array): number {
  const order = ascii(exif, 0, 2);
  if ((order !== "II" && order !== "MM") || exif.length < 8) return 1;
  const little = order === "II";
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const directory = view.getUint32(4, little);
  const entries = directory + 2 <= exif.length ? view.getUint16(directory, little) : 0;
  for (let at = directory + 2; at < directory + 2 + 12 * entries && at + 12 <= exif.length; at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** For each orientation, the column and row of the stored image, w×h, that a pixel of the upright one comes from. */
const SOURCES: readonly ((x: number, y: number, w: number, h: number) => readonly [number, number])[] = [
  (x, y) => [x, y],
  (x, y, w) => [w - 1 - x, y],
  (x, y, w, h) => [w - 1 - x, h - 1 - y],
  (x, y, _, h) => [x, h - 1 - y],
  (x, y) => [y, x],
  (x, y, _, h) => [y, h - 1 - x],
  (x, y, w, h) => [w - 1 - y, h - 1 - x],
  (x, y, w) => [w - 1 - y, x],
];

function turned(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width: w, height: h, channels } = picture;
  const [width, height] = orientation >= 5 ? [h, w] : [w, h];
  const pixels = new Float32Array(picture.pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = SOURCES[orientation - 1]!(x, y, w, h);
      const start = (row * w + column) * channels;
      pixels.set(picture.pixels.subarray(start, start + channels), (y * width + x) * channels);
    }
  }
  return { ...picture, width, height, pixels };
}
