/** Small pictures of numbers as PNG data URIs: grey images, and grids of tiles in two colours around zero. */
import { encodePng } from "../../formats/png-writer.js";
import { html, type Html } from "./html.js";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `data:image/png;base64,…` */
  readonly uri: string;
}

type Rgba = readonly [number, number, number, number];

const EMPTY: Rgba = [0, 0, 0, 0];
/** NaN stands out. */
const NOT_A_NUMBER: Rgba = [255, 0, 255, 255];

/** @param values row-major, 0 (black) to 1 (white) */
export function greyPicture(values: ArrayLike<number>, width: number, height: number): Picture {
  const data = Uint8Array.from({ length: width * height }, (_, i) => 255 * Math.min(1, Math.max(0, values[i]!)));
  return { width, height, uri: dataUri(encodePng({ width, height, data, channels: 1 })) };
}

/** Tiles of one size, each row-major. */
export interface Tiles {
  readonly width: number;
  readonly height: number;
  readonly tiles: readonly ArrayLike<number>[];
}

/** Tiles in rows of `columns`, with a transparent gap of one pixel; red below zero, blue above, the largest value fully saturated. */
export function tilesPicture({ width, height, tiles }: Tiles, columns: number): Picture {
  const rows = Math.ceil(tiles.length / columns);
  const [fullWidth, fullHeight] = [columns * (width + 1) - 1, rows * (height + 1) - 1];
  const data = new Uint8Array(fullWidth * fullHeight * 4);
  const largest = tiles.reduce(
    (most, tile) => Array.from(tile).reduce((m, x) => (Math.abs(x) > m ? Math.abs(x) : m), most),
    0,
  );
  for (let y = 0; y < fullHeight; y++) {
    for (let x = 0; x < fullWidth; x++) {
      const [column, row] = [Math.floor(x / (width + 1)), Math.floor(y / (height + 1))];
      const [inX, inY] = [x % (width + 1), y % (height + 1)];
      const tile = inX < width && inY < height ? tiles[row * columns + column] : undefined;
      data.set(tile ? colourOf(tile[inY * width + inX]!, largest) : EMPTY, 4 * (y * fullWidth + x));
    }
  }
  return {
    width: fullWidth,
    height: fullHeight,
    uri: dataUri(encodePng({ width: fullWidth, height: fullHeight, data, channels: 4 })),
  };
}

/** White at zero, so that it looks the same on paper and on a dark page. */
function colourOf(value: number, largest: number): Rgba {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  const part = largest === 0 ? 0 : Math.min(1, Math.abs(value) / largest);
  const [r, g, b] = value < 0 ? [178, 24, 43] : [33, 102, 172];
  const mix = (full: number): number => Math.round(255 + (full - 255) * (Number.isNaN(part) ? 1 : part));
  return [mix(r), mix(g), mix(b), 255];
}

function dataUri(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}

/** A drawing for an `<img>`: no script in it runs, and its style sheet stays its own. */
export function svgUri(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** @param zoom screen pixels per pixel of the picture */
export function image({ width, height, uri }: Picture, zoom: number, alt: string): Html {
  return html`<img src="${uri}" width="${width * zoom}" height="${height * zoom}" alt="${alt}" />`;
}
