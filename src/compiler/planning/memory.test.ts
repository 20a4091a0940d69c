/**
 * Where buffers lie, on kernels that do nothing but say what they touch: four images of 100 elements. A place of n
 * elements takes 4·n bytes and a vector (16 bytes) more, rounded up to cache lines of 64: an image of 100 elements 448,
 * four of them 1664.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Access, Kernel } from "../../kernels/kernel.js";
import type { Buffer } from "../../kernels/views.js";
import { denseInOrder, type BufferView } from "../../kernels/views.js";
import { placeBuffers } from "./memory.js";
import { Schedule } from "./schedule.js";

const images = 4;
const pixels = 100;
const imageBytes = 448;
const batchBytes = 1664;

const imageBuffer = (name: string): BufferView => denseInOrder(name, [images, pixels], "float32");
const byImage = (view: BufferView): Access => ({ view, outerAxis: 0 });
const whole = (view: BufferView): Access => ({ view, outerAxis: undefined });

function kernel(reads: readonly Access[], writes: readonly Access[], extent = images): Kernel {
  return { title: "", extent, reads, writes, cost: pixels, emit: () => undefined };
}

/** Adds up all images: whatever comes after it is another stage. */
const total = (from: BufferView, to: BufferView): Kernel => kernel([whole(from)], [whole(to)], 1);
/** A kernel that works image by image. */
const each = (from: readonly BufferView[], to: BufferView): Kernel => kernel(from.map(byImage), [byImage(to)]);

interface Given {
  readonly kernels: readonly Kernel[];
  readonly slots?: readonly BufferView[];
  readonly inputs?: readonly BufferView[];
  readonly constants?: readonly BufferView[];
  readonly outputs?: readonly BufferView[];
  /** What is the same in each run; with it small kernels that read nothing else are kept. */
  readonly steady?: readonly BufferView[];
}

function place({ kernels, slots = [], inputs = [], constants = [], outputs = [], steady }: Given) {
  const buffersOf = (views: readonly BufferView[]): Buffer[] => views.map(({ buffer }) => buffer);
  const schedule = new Schedule(steady && new Set(buffersOf(steady)));
  for (const one of kernels) schedule.place(one);
  return placeBuffers(schedule, {
    slots: buffersOf(slots),
    inputs: buffersOf(inputs),
    constants: buffersOf(constants),
    outputs: buffersOf(outputs),
  });
}

/** `arena+1664` */
function at({ buffer: { place } }: BufferView): string {
  assert.ok(place);
  return place.kind === "slot" ? `slot ${place.slot}` : `${place.kind}+${place.at}`;
}

describe("scratch: what lives within one stage, image by image", () => {
  test("takes the memory of one image in each thread", () => {
    const [x, y, sum] = [imageBuffer("x"), imageBuffer("y"), denseInOrder("sum", [1], "float32")];
    const sizes = place({ kernels: [each([], x), each([x], y), total(y, sum)], outputs: [sum] });
    assert.equal(at(x), "scratch+0");
    // y is added up when the stage is over, when a thread's scratch memory holds another image.
    assert.equal(at(y), "arena+0");
    assert.deepEqual(sizes, { arenaBytes: batchBytes + 64, scratchBytes: imageBytes, ownBytes: 0 });
  });

  test("an image's memory is reused when its last reader is done", () => {
    const [a, b, c, d, end] = ["a", "b", "c", "d", "end"].map(imageBuffer);
    const sizes = place({
      kernels: [each([], a!), each([a!], b!), each([b!], c!), each([c!], d!), each([d!], end!)],
      outputs: [end!],
    });
    // b is written while a is read; when c is written, a is done with.
    assert.deepEqual([a, b, c, d].map((view) => at(view!)), ["scratch+0", "scratch+448", "scratch+0", "scratch+448"]); // prettier-ignore
    assert.equal(sizes.scratchBytes, 2 * imageBytes);
  });

  test("stages use the same scratch memory in turn", () => {
    const [a, b, sum, c, d] = [
      imageBuffer("a"),
      imageBuffer("b"),
      imageBuffer("sum"),
      imageBuffer("c"),
      imageBuffer("d"),
    ];
    const sizes = place({
      kernels: [each([], a), each([a], b), total(b, sum), kernel([whole(sum)], [byImage(c)]), each([c], d)],
      outputs: [d],
    });
    assert.deepEqual([at(a), at(c)], ["scratch+0", "scratch+0"]);
    assert.equal(sizes.scratchBytes, imageBytes);
  });

  test("is not for buffers that two stages use, that are read as a whole, or that the host writes or reads", () => {
    const [input, a, sum, output] = [imageBuffer("input"), imageBuffer("a"), imageBuffer("sum"), imageBuffer("output")];
    const sizes = place({
      kernels: [each([input], a), total(a, sum), kernel([byImage(a), whole(sum)], [byImage(output)])],
      inputs: [input],
      outputs: [output],
    });
    for (const view of [input, a, sum, output]) assert.match(at(view), /^arena/);
    assert.equal(sizes.scratchBytes, 0);
  });

  test("is not for buffers that are written in one stage and read in the next, even image by image", () => {
    const [a, b, sum, y] = [imageBuffer("a"), imageBuffer("b"), imageBuffer("sum"), imageBuffer("y")];
    place({
      kernels: [each([], a), each([], b), total(b, sum), kernel([byImage(a), whole(sum)], [byImage(y)])],
      outputs: [y],
    });
    // Another thread may have made the image.
    assert.match(at(a), /^arena/);
  });

  test("is not for a batch of one image, on which one thread works", () => {
    const [x, y] = [denseInOrder("x", [1, pixels], "float32"), denseInOrder("y", [1, pixels], "float32")];
    place({ kernels: [kernel([], [byImage(x)], 1), kernel([byImage(x)], [byImage(y)], 1)], outputs: [y] });
    assert.match(at(x), /^arena/);
  });

  test("is not for buffers that overlap from image to image", () => {
    const [x, y] = [imageBuffer("x"), imageBuffer("y")];
    // The same stage, but each of its images reaches into the next one.
    const overlapping = { ...x, shape: [images, pixels + 1] };
    place({ kernels: [kernel([], [byImage(overlapping)]), each([], y)], outputs: [y] });
    assert.equal(at(x), "arena+0");
  });
});

describe("arena: buffers that live from one stage to another", () => {
  test("buffers that are not alive at the same time share memory", () => {
    // A chain in which each link needs all of the one before.
    const [a, b, c, d] = ["a", "b", "c", "d"].map(imageBuffer) as [BufferView, BufferView, BufferView, BufferView];
    const link = (from: BufferView, to: BufferView): Kernel => kernel([whole(from)], [byImage(to)]);
    const sizes = place({ kernels: [each([], a), link(a, b), link(b, c), link(c, d)], outputs: [d] });
    assert.deepEqual([a, b, c, d].map(at), ["arena+0", "arena+1664", "arena+0", "arena+1664"]);
    assert.equal(sizes.arenaBytes, 2 * batchBytes);
  });

  test("a stage's serial part comes after its parallel part, so buffers that were read only there are free", () => {
    const [a, sum, other] = [imageBuffer("a"), denseInOrder("sum", [1], "float32"), imageBuffer("other")];
    // `a` is read until the serial part, in which `sum` is written: both are alive then.
    const sizes = place({
      kernels: [each([], a), total(a, sum), kernel([whole(sum)], [byImage(other)])],
      outputs: [other],
    });
    assert.deepEqual([at(a), at(sum), at(other)], ["arena+0", "arena+1664", "arena+0"]);
    assert.equal(sizes.arenaBytes, batchBytes + 64);
  });

  test("a buffer whose last read is in a stage's parallel part is free in the serial part", () => {
    const [a, b, sum, end] = [imageBuffer("a"), imageBuffer("b"), imageBuffer("sum"), imageBuffer("end")];
    place({
      kernels: [each([], a), kernel([whole(a)], [byImage(b)]), total(b, sum), kernel([whole(sum)], [byImage(end)])],
      outputs: [end],
    });
    assert.deepEqual([at(a), at(b), at(sum)], ["arena+0", "arena+1664", "arena+0"]);
  });

  test("a buffer that is planned later but lives earlier does not overwrite others either", () => {
    const [a, b, c, end, early] = [
      imageBuffer("a"),
      imageBuffer("b"),
      imageBuffer("c"),
      imageBuffer("end"),
      imageBuffer("early"),
    ];
    const link = (from: BufferView, to: BufferView): Kernel => kernel([whole(from)], [byImage(to)]);
    place({
      kernels: [
        ...[each([], a), link(a, b), link(b, c), link(c, end)],
        // Planned last: made in stage 0, as it needs nothing, and read in stage 1, in which b is written.
        ...[
          each([], early),
          kernel([whole(early)], [whole(imageBuffer("read early"))], 1),
          link(early, imageBuffer("x")),
        ],
      ],
      outputs: [end],
    });
    assert.deepEqual([a, b, c].map(at), ["arena+0", "arena+1664", "arena+0"]);
    assert.notEqual(at(early), at(a));
    assert.notEqual(at(early), at(b));
  });

  test("an input that is read late is not overwritten before that", () => {
    const [input, a, b, c] = [imageBuffer("input"), imageBuffer("a"), imageBuffer("b"), imageBuffer("c")];
    const link = (from: BufferView, to: BufferView): Kernel => kernel([whole(from)], [byImage(to)]);
    place({
      kernels: [each([], a), link(a, b), kernel([whole(b), byImage(input)], [byImage(c)])],
      inputs: [input],
      outputs: [c],
    });
    // `a` lives in the stages 0 and 1, and the input is first read in stage 2; but the host has copied it in before.
    assert.deepEqual([at(input), at(a)], ["arena+0", "arena+1664"]);
  });

  test("a vector past the end belongs to a buffer: 12 elements and 4 more fill a cache line, 13 do not fit", () => {
    for (const [elements, next] of [
      [12, "own+64"],
      [13, "own+128"],
    ] as const) {
      const [first, second] = [denseInOrder("first", [elements], "float32"), denseInOrder("second", [1], "float32")];
      place({ kernels: [], constants: [first, second] });
      assert.deepEqual([at(first), at(second)], ["own+0", next]);
    }
  });

  test("an input lives from the start, and an output until the end", () => {
    const [input, a, output, b] = [imageBuffer("input"), imageBuffer("a"), imageBuffer("output"), imageBuffer("b")];
    const sizes = place({
      kernels: [
        each([], output),
        kernel([whole(output)], [byImage(a)]),
        kernel([whole(a), whole(input)], [whole(b)], 1),
      ],
      inputs: [input],
      outputs: [output],
    });
    // The output is not overwritten by what comes later, nor the input before it is read.
    assert.deepEqual([at(input), at(output), at(a), at(b)], ["arena+0", "arena+1664", "arena+3328", "arena+4992"]);
    assert.equal(sizes.arenaBytes, 4 * batchBytes);
  });

  test("an input that nothing reads has a place, too: the host copies it in", () => {
    const [input, output] = [imageBuffer("input"), imageBuffer("output")];
    place({ kernels: [each([], output)], inputs: [input], outputs: [output] });
    assert.match(at(input), /^arena/);
  });

  test("free memory goes to the next buffers that fit, the lowest address first", () => {
    const small = (name: string): BufferView => denseInOrder(name, [images, 10], "float32"); // 192 bytes
    const [a, b, c, d, e] = [imageBuffer("a"), imageBuffer("b"), small("c"), small("d"), imageBuffer("e")];
    const end = denseInOrder("end", [1], "float32");
    const link = (from: BufferView, to: BufferView): Kernel => kernel([whole(from)], [byImage(to)]);
    place({
      kernels: [
        ...[each([], a), link(a, b)],
        // While b is read, a's memory is free: for both small ones, and then it is too small for a large one.
        ...[link(b, c), link(b, d), link(b, e)],
        kernel([whole(c), whole(d), whole(e)], [whole(end)], 1),
      ],
      outputs: [end],
    });
    assert.deepEqual([a, b, c, d, e].map(at), ["arena+0", "arena+1664", "arena+0", "arena+192", "arena+3328"]);
  });
});

describe("own: values that the next run needs, too", () => {
  test("constants lie side by side", () => {
    const constants = [1, 2, 3, 4].map((elements) => denseInOrder("c", [elements], "float32"));
    const sizes = place({ kernels: [], constants });
    assert.deepEqual(constants.map(at), ["own+0", "own+64", "own+128", "own+192"]);
    assert.equal(sizes.ownBytes, 256);
  });

  test("kept values stay, and buffers that only their computation needs are overwritten", () => {
    const [w, input] = [imageBuffer("w"), imageBuffer("input")];
    const [packed, tile, transformed, y] = [
      imageBuffer("packed"),
      imageBuffer("tile"),
      imageBuffer("t"),
      imageBuffer("y"),
    ];
    const use = kernel([byImage(input), whole(transformed)], [byImage(y)]);
    const sizes = place({
      kernels: [total(w, packed), total(packed, tile), total(tile, transformed), use],
      slots: [w],
      inputs: [input],
      outputs: [y],
      steady: [w],
    });
    assert.deepEqual([packed, tile, transformed].map(at), ["own+0", "own+1664", "own+0"]);
    assert.equal(sizes.ownBytes, 2 * batchBytes);
  });

  test("an output that is kept is not overwritten", () => {
    const [w, a, b, c] = [imageBuffer("w"), imageBuffer("a"), imageBuffer("b"), imageBuffer("c")];
    place({ kernels: [total(w, a), total(a, b), total(b, c)], slots: [w], outputs: [a, c], steady: [w] });
    assert.deepEqual([at(a), at(b), at(c)], ["own+0", "own+1664", "own+3328"]);
  });

  test("neither are buffers that each run reads, by kept values of another layer", () => {
    const [w, a, y] = [imageBuffer("w"), imageBuffer("a"), imageBuffer("y")];
    const [b, c, z] = [imageBuffer("b"), imageBuffer("c"), imageBuffer("z")];
    const use = (kept: BufferView, to: BufferView): Kernel => kernel([whole(kept)], [byImage(to)]);
    place({
      kernels: [
        total(w, a),
        { ...use(a, y), cost: 2 ** 20 },
        total(w, b),
        total(b, c),
        { ...use(c, z), cost: 2 ** 20 },
      ],
      slots: [w],
      outputs: [y, z],
      steady: [w],
    });
    // b is free once c is made, but a is read in each run.
    assert.deepEqual([at(a), at(b), at(c)], ["own+0", "own+1664", "own+3328"]);
  });
});

test("slots: variables lie where the table of slots says, in the order of their numbers", () => {
  const [v, w, updated] = [imageBuffer("v"), imageBuffer("w"), imageBuffer("updated")];
  const sizes = place({ kernels: [each([v, w], updated)], slots: [v, w, updated] });
  assert.deepEqual([at(v), at(w), at(updated)], ["slot 0", "slot 1", "slot 2"]);
  assert.deepEqual(sizes, { arenaBytes: 0, scratchBytes: 0, ownBytes: 0 });
});
