import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError } from "../errors/errors.js";
import { encodePng } from "../../test/png-files.js";
import { readSource } from "./source.js";

const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.padEnd(40, "\0"), "latin1"));
const text = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));
const png = encodePng({ width: 1, height: 1, type: 0, depth: 8, samples: [0] });

/** The beginning of a file, and what its error calls it. */
const files: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "a WebP": [latin("RIFF\x1a\0\0\0WEBPVP8L"), /five\.png is a WebP; expected a PNG or JPEG\. Hint: save it as PNG or JPEG/],
  "a BMP": [latin("BM\x46\0\0\0"), /is a BMP;/],
  "a GIF": [latin("GIF89a"), /is a GIF;/],
  "a TIFF": [latin("II*\0"), /is a TIFF;/],
  "a TIFF of the other order": [latin("MM\0*"), /is a TIFF;/],
  "an AVIF": [latin("\0\0\0\x20ftypavif"), /is an AVIF;/],
  "a HEIC": [latin("\0\0\0\x18ftypheic"), /is a HEIC/],
  "a video": [latin("\0\0\0\x18ftypmp42"), /is a video;/],
  "a JPEG XL": [latin("\xff\x0a"), /is a JPEG XL;/],
  "a JPEG 2000": [latin("\0\0\0\x0cjP  \r\n\x87\n"), /is a JPEG 2000;/],
  "an icon": [latin("\0\0\x01\0\x01\0"), /is an icon/],
  "a PDF": [latin("%PDF-1.7"), /is a PDF;/],
  "an SVG": [text('<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'), /is an SVG;/],
  "an SVG without a declaration": [text("<svg></svg>"), /is an SVG;/],
  "a web page": [text("<!DOCTYPE html>\n<title>404</title>"), /is a web page .*check the address/],
  "a Netpbm image": [text("P5 2 2 255\n"), /is a Netpbm image/],
  "an IDX file": [latin("\0\0\x08\x03\0\0\0\x0a"), /is an IDX file.*kilograd evaluate/],
  "a NumPy array": [latin("\x93NUMPY\x01\0"), /is a NumPy array/],
  "a zip archive": [latin("PK\x03\x04"), /is a zip archive/],
  "a gzip file": [latin("\x1f\x8b\x08"), /is compressed with gzip/],
  "a pointer of Git LFS": [text("version https://git-lfs.github.com/spec/v1\n"), /Git LFS/],
  "a data address": [text("data:image/png;base64,iVBORw0KGgo="), /a data: address.*Buffer\.from\(text\.split/],
  "base64": [text("iVBORw0KGgoAAAANSUhEUg"), /written in base64.*Buffer\.from\(text, "base64"\)/],
  "words": [text("no image at all"), /is text;/],
  "words in another language": [text("ein Stück Text"), /is text;/],
  "a PNG read as text": [text(Buffer.from(png).toString("utf8")), /decoded as text, which has destroyed it/],
  "a PNG whose line ends were changed": [new Uint8Array([...png.slice(0, 4), ...png.slice(5)]), /a PNG whose first bytes are damaged/],
  "four bytes of a PNG": [png.subarray(0, 4), /a PNG whose first bytes are damaged/],
  "one byte of a PNG": [png.subarray(0, 1), /cut off within the first bytes of a PNG/],
  "two bytes of a JPEG": [Uint8Array.of(0xff, 0xd8), /cut off within the first bytes of a JPEG/],
  "eight bytes of a PNG": [png.subarray(0, 8), /cannot be read as PNG: the file is incomplete/],
  "half a PNG": [png.subarray(0, 40), /cannot be read as PNG: the file is incomplete/],
  "the beginning of a JPEG": [Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /cannot be read as JPEG: the file is incomplete/],
  "nothing": [new Uint8Array(0), /five\.png is empty;/],
  "numbers": [Uint8Array.of(1, 2, 3), /no image file that is known here: its first bytes are 01 02 03;/],
}; // prettier-ignore

for (const [name, [bytes, message]] of Object.entries(files)) {
  test(`${name} is told apart by its first bytes`, () => {
    assert.throws(
      () => readSource(bytes, "five.png"),
      (error: unknown) => error instanceof DataError && message.test(error.message),
      String(message),
    );
  });
}
