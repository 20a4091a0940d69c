/** Recognises the format of a file by its first bytes, whatever the file is called. */

/** The formats that can be read. */
export type ReadableFormat = "PNG" | "JPEG";

/** What a file is: readable, or in words for an error. */
export type FileFormat =
  | { readonly readable: ReadableFormat }
  | { readonly readable?: undefined; readonly what: string; readonly hint: string };

const CONVERT =
  "save it as PNG or JPEG with an image editor; in a web page, draw it on a canvas and pass the canvas's ImageData";
const DOWNLOAD_AGAIN = "download or copy the file again";

/** The beginnings of files, where a dot stands for any byte. The first that fits decides. */
const BEGINNINGS: readonly (readonly [RegExp, FileFormat])[] = [
  [/^\x89PNG\r\n\x1a\n/, { readable: "PNG" }],
  [/^\xff\xd8\xff/, { readable: "JPEG" }],
  [/^\x89PNG|^.?PNG\r?\n/s, { what: "a PNG whose first bytes are damaged", hint: `it may have been copied as text; ${DOWNLOAD_AGAIN}` }],
  [/^\x89/, { what: "damaged, or cut off within the first bytes of a PNG", hint: DOWNLOAD_AGAIN }],
  [/^\xff\xd8/, { what: "cut off within the first bytes of a JPEG", hint: DOWNLOAD_AGAIN }],
  [/^\xef\xbf\xbd(PNG|\xef\xbf\xbd)/, { what: "an image that was decoded as text, which has destroyed it", hint: "read the file as bytes: readFileSync(file) without an encoding, or response.arrayBuffer()" }],
  [/^RIFF....WEBP/s, { what: "a WebP", hint: CONVERT }],
  [/^BM/, { what: "a BMP", hint: CONVERT }],
  [/^GIF8/, { what: "a GIF", hint: CONVERT }],
  [/^(II[*+]\0|MM\0[*+])/, { what: "a TIFF", hint: CONVERT }],
  [/^....ftypavi[fs]/s, { what: "an AVIF", hint: CONVERT }],
  [/^....ftyp(he[icvx]|hev|mif1|msf1)/s, { what: "a HEIC, the format of iPhones' photos", hint: CONVERT }],
  [/^....ftyp/s, { what: "a video", hint: "save one frame of it as PNG or JPEG" }],
  [/^(\xff\x0a|\0\0\0\x0cJXL )/, { what: "a JPEG XL", hint: CONVERT }],
  [/^(\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/, { what: "a JPEG 2000", hint: CONVERT }],
  [/^\0\0[\x01\x02]\0/, { what: "an icon (ICO)", hint: CONVERT }],
  [/^8BPS/, { what: "a Photoshop document", hint: CONVERT }],
  [/^P[1-7]\s/, { what: "a Netpbm image (PBM, PGM, PPM)", hint: CONVERT }],
  [/^qoif/, { what: "a QOI", hint: CONVERT }],
  [/^%PDF/, { what: "a PDF", hint: "save the page as PNG or JPEG" }],
  [/^\x93NUMPY/, { what: "a NumPy array", hint: "pass rows of numbers from 0 to 1" }],
  [/^\0\0[\x08-\x0e][\x01-\x04]/, { what: "an IDX file, which holds a dataset", hint: "pass one image; a network is tested on a dataset with `npx kilograd evaluate`" }],
  [/^PK\x03\x04/, { what: "a zip archive", hint: "unpack it first" }],
  [/^\x1f\x8b/, { what: "compressed with gzip", hint: "unpack it first" }],
  [/^version https:\/\/git-lfs/, { what: "a pointer of Git LFS instead of the file", hint: "fetch the file with `git lfs pull`" }],
  [/^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg\b/is, { what: "an SVG", hint: CONVERT }],
  [/^\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b/is, { what: "a web page (HTML), perhaps a server's error message", hint: "check the address from which it was loaded" }],
  [/^data:image\//, { what: "a data: address as text", hint: 'pass its bytes, as in Buffer.from(text.split(",")[1], "base64")' }],
  [/^(iVBORw0KGgo|\/9j\/)/, { what: "an image written in base64", hint: 'decode it first: Buffer.from(text, "base64")' }],
]; // prettier-ignore

/** How many bytes are looked at. */
const LOOKED_AT = 512;

/** Says what a file's bytes are. */
export function recogniseFormat(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0) return { what: "empty", hint: "check that the file was written or loaded completely" };
  const start = String.fromCharCode(...bytes.subarray(0, LOOKED_AT));
  for (const [beginning, format] of BEGINNINGS) if (beginning.test(start)) return format;
  if (/^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(start) && /[a-z]{3}/i.test(start))
    return { what: "text", hint: "pass an image" };
  const first = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return {
    what: `no image file that is known here: its first bytes are ${first}`,
    hint: "pass the bytes of a PNG or JPEG file; pixels are passed as { width, height, data } or as rows of numbers from 0 to 1",
  };
}
