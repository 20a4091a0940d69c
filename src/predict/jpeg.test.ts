import assert from "node:assert/strict";
import { test } from "node:test";
import { absolute, assertClose } from "../../test/closeness.js";
import { withOrientation } from "../../test/jpeg-files.js";
import { decodeJpeg } from "./jpeg.js";

// Written by libjpeg-turbo 2.1.5, `cjpeg -quality 90` with -progressive or -grayscale, from 8×4 pixels: red on the left,
// green above, and blue that grows downwards.
const PROGRESSIVE =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAAEAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAVAQEBAAAAAAAAAAAAAAAAAAAEBv/aAAwDAQACEAMQAAABihYM/8QAFhABAQEAAAAAAAAAAAAAAAAABgAF/9oACAEBAAEFAkSrVv/EAB4RAAEBCQAAAAAAAAAAAAAAAAFCAAIDBAUGFSNS/9oACAEDAQE/Abop0ll42l1KRyG//8QAHBEAAQMFAAAAAAAAAAAAAAAAAgAEBRQkUXGS/9oACAECAQE/AWMRHU42wcjnS//EABoQAAEFAQAAAAAAAAAAAAAAAGEAAgQkQ1L/2gAIAQEABj8Cj2us2AL/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAE/IWU//9oADAMBAAIAAwAAABD3/8QAFhEAAwAAAAAAAAAAAAAAAAAAAGHw/9oACAEDAQE/EKeVn//EABYRAAMAAAAAAAAAAAAAAAAAAABxkf/aAAgBAgEBPxBsbB//xAAVEAEBAAAAAAAAAAAAAAAAAAAAAf/aAAgBAQABPxCZC//Z";
const GREY =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAEAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APFv2i/2q/ioP+Ee/wCKq/5+P+YbZ/8ATL/pjX//2Q==";
// What its `djpeg -nosmooth` reads from them. Decoders may differ by rounding.
// prettier-ignore
const PROGRESSIVE_PIXELS = [
  249, 253, 19, 250, 254, 20, 250, 252, 19, 252, 254, 21, 0, 252, 21, 0, 253, 22, 0, 254, 18, 0, 255, 19,
  255, 255, 27, 255, 255, 28, 255, 255, 27, 255, 255, 28, 2, 255, 28, 3, 255, 29, 0, 255, 25, 2, 255, 27,
  251, 0, 125, 252, 0, 126, 251, 0, 123, 252, 0, 124, 0, 0, 124, 0, 0, 126, 0, 0, 121, 0, 0, 123,
  255, 2, 133, 255, 3, 134, 255, 3, 131, 255, 4, 132, 3, 2, 132, 5, 4, 134, 2, 3, 129, 4, 5, 131,
];
// prettier-ignore
const GREY_PIXELS = [
  225, 226, 225, 227, 149, 150, 149, 150,
  233, 234, 233, 234, 156, 157, 156, 158,
  86, 87, 86, 87, 9, 11, 9, 11,
  94, 95, 94, 95, 17, 19, 17, 19,
];

test("progressive, subsampled and grey JPEGs are read as libjpeg reads them", () => {
  const colour = decodeJpeg(Buffer.from(PROGRESSIVE, "base64"));
  assert.deepEqual([colour.width, colour.height, colour.channels], [8, 4, 3]);
  assertClose(
    colour.pixels.map((x) => 255 * x),
    PROGRESSIVE_PIXELS,
    absolute(2.01),
    "the colours",
  );
  const grey = decodeJpeg(Buffer.from(GREY, "base64")).pixels.filter((_, i) => i % 3 === 1);
  assertClose(
    grey.map((x) => 255 * x),
    GREY_PIXELS,
    absolute(1.01),
    "the brightness",
  );
});

/** The brightness of the corners, from 0 to 9: upper left, upper right, lower left, lower right. */
function corners(bytes: Uint8Array): string {
  const { width, height, pixels } = decodeJpeg(bytes);
  const at = (x: number, y: number): number => Math.round(9 * pixels[3 * (y * width + x)]!);
  return [at(0, 0), at(width - 1, 0), at(0, height - 1), at(width - 1, height - 1)].join("");
}

test("the orientation in Exif data is respected, in either order of bytes", () => {
  const upright = Buffer.from(GREY, "base64");
  assert.equal(corners(upright), "8531");
  // Exif 2.32, table 6: where the stored image's first row and column are seen.
  const expected = ["8531", "5813", "1358", "3185", "8351", "3815", "1538", "5183"];
  for (const order of ["II", "MM"] as const) {
    const seen = expected.map((_, i) => corners(withOrientation(upright, i + 1, order)));
    assert.deepEqual(seen, expected);
  }
  assert.equal(decodeJpeg(withOrientation(upright, 6, "II")).width, 4);
  assert.equal(corners(withOrientation(upright, 9, "II")), "8531");
});

test("a JPEG that is not whole is refused", () => {
  for (const whole of [PROGRESSIVE, GREY].map((text) => Buffer.from(text, "base64"))) {
    for (let length = 4; length < whole.length - 1; length++) {
      assert.throws(() => decodeJpeg(whole.subarray(0, length)), /the file is (incomplete|damaged)/, `${length} bytes`);
    }
  }
});
