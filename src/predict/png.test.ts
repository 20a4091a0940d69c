import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { absolute, assertClose } from "../../test/closeness.js";
import { chunk, DEPTHS, encodePng, pixelsOf, SAMPLES, type PngSpec } from "../../test/png-files.js";
import { flatten, withChannels } from "./picture.js";
import { decodePng } from "./png.js";

const seed = Number(process.env["KILOGRAD_SEED"] ?? 1);

/** The colours of a PNG on white, [H, W, 3]. */
function colours(bytes: Uint8Array): Float32Array {
  const { alpha, ...picture } = decodePng(bytes);
  const { pixels } = withChannels(picture, 3);
  return pixels.map((x, i) => (alpha ? x * alpha[Math.floor(i / 3)]! + 1 - alpha[Math.floor(i / 3)]! : x));
}

function expected(spec: PngSpec): number[] {
  return pixelsOf(spec).flatMap(([red, green, blue, alpha]) =>
    [red!, green!, blue!].map((x) => x * alpha! + 1 - alpha!),
  );
}

/** PNGs of any type, depth, size and filter, with a few different samples so that colour keys are met. */
const specs: fc.Arbitrary<PngSpec> = fc
  .record({
    type: fc.constantFrom(0, 2, 3, 4, 6),
    width: fc.integer({ min: 1, max: 19 }),
    height: fc.integer({ min: 1, max: 11 }),
    interlaced: fc.boolean(),
    filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
    numbers: fc.array(fc.integer({ min: 0, max: 65535 }), { minLength: 1, maxLength: 9 }),
    isTransparent: fc.boolean(),
    choice: fc.nat(4),
  })
  .chain(({ type, width, height, numbers, isTransparent, choice, ...rest }) => {
    const depth = DEPTHS[type][choice % DEPTHS[type].length]!;
    const count = width * height * SAMPLES[type];
    const values = numbers.map((x) => x % 2 ** depth);
    const palette =
      type === 3 ? numbers.flatMap((x) => [x & 255, x >> 8, (x * 7) & 255]).slice(0, 3 * 2 ** depth) : undefined;
    const colourCount = palette ? palette.length / 3 : Infinity;
    const key =
      isTransparent && (type === 0 || type === 2) ? values.concat(values, values).slice(0, SAMPLES[type]) : undefined;
    const alphas = isTransparent && palette ? numbers.map((x) => (x * 3) & 255).slice(0, colourCount) : undefined;
    return fc.array(fc.nat(values.length - 1), { minLength: count, maxLength: count }).map((picks) => ({
      ...rest,
      type,
      depth,
      width,
      height,
      samples: picks.map((pick) => values[pick]! % colourCount),
      ...(palette ? { palette } : {}),
      ...((key ?? alphas) ? { transparency: (key ?? alphas)! } : {}),
    }));
  });

test(`every colour type, depth, filter, interlacing and transparency is read (seed ${seed})`, () => {
  fc.assert(
    fc.property(specs, (spec) => {
      assertClose(colours(encodePng(spec)), expected(spec), absolute(1e-6), "the colours");
    }),
    { seed, numRuns: 500 },
  );
});

test("a colour key of 16 bits is the exact colour, and of 8 bits only the lower ones count", () => {
  const deep = { width: 2, height: 1, type: 0, depth: 16, samples: [0x1234, 0x1235], transparency: [0x1234] } as const;
  assertClose(colours(encodePng(deep)).slice(0, 4), [1, 1, 1, 0x1235 / 65535], absolute(1e-6));
  const shallow = { width: 2, height: 1, type: 2, depth: 8, samples: [1, 2, 3, 1, 2, 4] } as const;
  const key = encodePng({ ...shallow, transparency: [0xff01, 2, 3] });
  assertClose(colours(key), [1, 1, 1, 1 / 255, 2 / 255, 4 / 255], absolute(1e-6));
});

test("colours suggested for screens with few of them do not replace an RGB image's own", () => {
  const spec = { width: 1, height: 1, type: 2, depth: 8, samples: [255, 0, 51], palette: [0, 0, 0, 9, 9, 9] } as const;
  assertClose(colours(encodePng(spec)), [1, 0, 0.2], absolute(1e-6));
});

test("chunks that do not matter may be damaged", () => {
  const profile = chunk("iCCP", [1, 2, 3]);
  profile[profile.length - 1]! ^= 1;
  const chunks = [profile, chunk("tEXt", [255]), chunk("gAMA", [0, 0, 0xb1, 0x8f])];
  const bytes = encodePng({ width: 1, height: 1, type: 0, depth: 8, samples: [51], chunks });
  assertClose(colours(bytes), [0.2, 0.2, 0.2], absolute(1e-6));
});

test("white on nothing is drawn on black, and anything else on white", () => {
  const pixels = (samples: readonly number[]): Float32Array =>
    flatten(decodePng(encodePng({ width: 2, height: 1, type: 4, depth: 8, samples }))).pixels;
  assert.deepEqual([...pixels([255, 255, 0, 0])], [1, 0]);
  assert.deepEqual([...pixels([0, 255, 0, 0])], [0, 1]);
});

/** A PNG of three pixels by two with another header. */
function withHeader(header: readonly number[]): Uint8Array {
  const bytes = encodePng(small);
  bytes.set(chunk("IHDR", header), 8);
  return bytes;
}

const small = { width: 3, height: 2, type: 0, depth: 8, samples: [1, 2, 3, 4, 5, 6] } as const;

test("what is wrong with a PNG is said", () => {
  const whole = encodePng(small);
  const changed = (at: number, value: number): Uint8Array => whole.map((byte, i) => (i === at ? value : byte));
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [whole.subarray(0, 20), /incomplete: it ends within a chunk, IHDR/],
    [whole.subarray(0, -20), /incomplete: it ends within a chunk, IDAT/],
    [whole.subarray(0, -12), /incomplete: it ends before its last chunk, IEND/],
    [changed(17, 9), /checksum of IHDR at offset 8 does not match/],
    [changed(12, 0), /there is no chunk at offset 8/],
    [encodePng({ ...small, samples: [1, 2, 3] }), /fewer pixels than it declares/],
    [withHeader([0, 1, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0]), /65536×65536 pixels are too many; at most 16777216/],
    [withHeader([0, 0, 0, 0, 0, 0, 0, 2, 8, 0, 0, 0, 0]), /0×2 pixels is empty/],
    [withHeader([0, 0, 0, 3, 0, 0, 0, 2, 3, 0, 0, 0, 0]), /no colour type 0 with 3 bits/],
    [withHeader([0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 2]), /unknown methods: .*interlacing 2/],
    [withHeader([0, 0, 16, 0, 0, 0, 16, 0, 8, 0, 0, 0, 0]), /fewer pixels than it declares/],
    [encodePng({ ...small, chunks: [chunk("CgBI", [0])] }), /extension CgBI/],
    [encodePng({ ...small, type: 3 }), /it has no palette/],
    [encodePng({ ...small, type: 3, palette: [1, 2, 3] }), /no colour 1 in a palette of 1/],
    [encodePng({ ...small, filters: [7] }), /no filter 7/],
    [encodePng({ ...small, transparency: [1, 2] }), /a transparent colour has 4 bytes/],
  ];
  for (const [bytes, message] of cases) assert.throws(() => decodePng(bytes), message);
});
