/** PNG and JPEG files look in Chromium as they are read here: every colour type, depth, transparency and orientation. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { decodeJpeg } from "../src/predict/jpeg.js";
import { withChannels, type LayeredPicture, type Picture } from "../src/predict/picture.js";
import { decodePng } from "../src/predict/png.js";
import { launchChromium } from "./chromium.js";
import { withOrientation } from "./jpeg-files.js";
import { needs } from "./oracles.js";
import { DEPTHS, encodePng, SAMPLES, type PngSpec } from "./png-files.js";

let browser: Browser | undefined;
let page: Page;
const pages = needs("pictures as a browser shows them", "browser");
before(async () => {
  if (pages.skip) return;
  browser = await launchChromium();
  page = await browser.newPage();
});
after(() => browser?.close());

/** Red, green and blue of each pixel, from 0 to 255, as Chromium draws a file on white. */
async function shown(bytes: Uint8Array, type: string): Promise<number[]> {
  return page.evaluate<number[]>(`(async () => {
    const blob = new Blob([Uint8Array.of(${bytes.join()})], { type: "${type}" });
    const image = await createImageBitmap(blob, { colorSpaceConversion: "none" });
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.fillStyle = "white";
    context.fillRect(0, 0, image.width, image.height);
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return [image.width, image.height, ...data.filter((_, i) => i % 4 < 3)];
  })()`);
}

function onWhite({ alpha, ...picture }: LayeredPicture): Picture {
  const { channels, pixels } = picture;
  const opacity = (i: number): number => alpha?.[Math.floor(i / channels)] ?? 1;
  return { ...picture, pixels: pixels.map((x, i) => x * opacity(i) + 1 - opacity(i)) };
}

/** The largest difference, in parts of 255. */
async function difference(bytes: Uint8Array, type: string, picture: Picture): Promise<number> {
  const [width, height, ...expected] = await shown(bytes, type);
  assert.deepEqual([picture.width, picture.height], [width, height]);
  const { pixels } = withChannels(picture, 3);
  return expected.reduce((most, x, i) => Math.max(most, Math.abs(x - 255 * pixels[i]!)), 0);
}

/** PNGs of 11×9 pixels: of each type and depth, with and without interlacing and transparency. */
const specs: readonly PngSpec[] = ([0, 2, 3, 4, 6] as const).flatMap((type) =>
  DEPTHS[type].flatMap((depth) =>
    [false, true].flatMap((interlaced) =>
      [false, true].map((isTransparent) => {
        const colours = Math.min(2 ** depth, 7);
        const step = Math.floor((2 ** depth - 1) / (colours - 1));
        const samples = Array.from(
          { length: 99 * SAMPLES[type] },
          (_, i) => ((i * 5 + (i >> 3)) % colours) * (type === 3 ? 1 : step),
        );
        const key = type === 3 ? [0, 90, 200].slice(0, colours) : samples.slice(0, SAMPLES[type]);
        return {
          ...{ width: 11, height: 9, type, depth, interlaced, samples, filters: [0, 1, 2, 3, 4] },
          ...(type === 3 ? { palette: Array.from({ length: 3 * colours }, (_, i) => (i * 53) % 256) } : {}),
          ...(isTransparent && type < 4 ? { transparency: key } : {}),
        };
      }),
    ),
  ),
);

test("PNGs of every kind", pages, async () => {
  for (const spec of specs) {
    const bytes = encodePng(spec);
    const { type, depth, interlaced, transparency } = spec;
    const worst = await difference(bytes, "image/png", onWhite(decodePng(bytes)));
    // Chromium's canvas rounds colours after it has multiplied them by their alpha.
    assert.ok(
      worst < 2.5,
      `${worst} at type ${type}, ${depth} bits, ${interlaced ? "interlaced" : ""} ${transparency?.join()}`,
    );
  }
});

test("JPEGs of every orientation", pages, async () => {
  const jpeg = await page.evaluate<number[]>(`(async () => {
    const canvas = new OffscreenCanvas(40, 24);
    const context = canvas.getContext("2d");
    const colours = context.createLinearGradient(0, 0, 40, 24);
    colours.addColorStop(0, "#204060");
    colours.addColorStop(1, "#f0e0a0");
    context.fillStyle = colours;
    context.fillRect(0, 0, 40, 24);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  })()`);
  for (let orientation = 1; orientation <= 8; orientation++) {
    const bytes = withOrientation(Uint8Array.from(jpeg), orientation, "MM");
    const worst = await difference(bytes, "image/jpeg", decodeJpeg(bytes));
    assert.ok(worst < 8, `${worst} at orientation ${orientation}`);
  }
});
