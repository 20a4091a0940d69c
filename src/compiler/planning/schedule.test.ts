/**
 * The schedule, on kernels that do nothing but say what they touch. Most buffers hold images: four images of eight
 * elements, one after the other. The outer index of a kernel is the image's number, and on different threads different
 * images are at different kernels of a stage.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LoopKernel } from "../../kernels/loop.js";
import { byImage, whole, type Access, type Kernel } from "../../kernels/kernel.js";
import { parallel, serial, type Phase } from "./phase.js";
import { aligned, Schedule } from "./schedule.js";
import { Buffer, denseInOrder, denseView, type BufferView } from "../../kernels/views.js";

const images = 4;
const pixels = 8;

/** A new buffer of images [4,8]. */
const imageBuffer = (name: string): BufferView => denseInOrder(name, [images, pixels], "float32");

function kernel(title: string, reads: readonly Access[], writes: readonly Access[], extent = images): Kernel {
  return { title, extent, reads, writes, cost: pixels, emit: () => undefined };
}

/** `stage 0, all threads`, or `stage 0, one thread`. */
function nameOf(phase: Phase): string {
  if (!("stage" in phase)) return `${phase.kind}, one thread`;
  return `stage ${phase.stage}, ${phase.kind === "parallel" ? "all threads" : "one thread"}`;
}

/** Places kernels in turn; where each has got. */
function placesOf(...kernels: readonly Kernel[]): string[] {
  const schedule = new Schedule(undefined);
  return kernels.map((one) => nameOf(schedule.place(one).phase));
}

describe("which stage a kernel gets", () => {
  test("one that is called once, and waits for nothing, is in the prologue", () => {
    const w = imageBuffer("w");
    assert.deepEqual(placesOf(kernel("pack", [], [whole(w)], 1)), ["prologue, one thread"]);
  });

  test("one that works image by image opens the first stage, after the prologue that it needs", () => {
    const [w, x] = [imageBuffer("w"), imageBuffer("x")];
    assert.deepEqual(placesOf(kernel("pack", [], [whole(w)], 1), kernel("convolve", [whole(w)], [byImage(x)])), [
      "prologue, one thread",
      "stage 0, all threads",
    ]);
  });

  test("a kernel that reads only the image just written continues in the same stage, without waiting", () => {
    const [x, y] = [imageBuffer("x"), imageBuffer("y")];
    assert.deepEqual(placesOf(kernel("make", [], [byImage(x)]), kernel("square", [byImage(x)], [byImage(y)])), [
      "stage 0, all threads",
      "stage 0, all threads",
    ]);
  });

  test("what adds up all images waits for the stage's end, and what needs the sum gets a stage of its own", () => {
    const [x, y, sum] = [imageBuffer("x"), imageBuffer("y"), imageBuffer("sum")];
    assert.deepEqual(
      placesOf(
        kernel("make", [], [byImage(x)]),
        kernel("add up", [whole(x)], [whole(sum)], 1),
        kernel("subtract", [byImage(x), whole(sum)], [byImage(y)]),
      ),
      ["stage 0, all threads", "stage 0, one thread", "stage 1, all threads"],
    );
  });

  test("a kernel that needs nothing from an earlier stage joins the first one", () => {
    const [x, sum, y, z] = [imageBuffer("x"), imageBuffer("sum"), imageBuffer("y"), imageBuffer("z")];
    const places = placesOf(
      kernel("make x", [], [byImage(x)]),
      kernel("add up", [whole(x)], [whole(sum)], 1),
      kernel("make y", [whole(sum)], [byImage(y)]),
      kernel("make z", [], [byImage(z)]),
    );
    assert.equal(places[3], "stage 0, all threads");
  });

  test("every call that reads all images waits for all of them", () => {
    const [x, y] = [imageBuffer("x"), imageBuffer("y")];
    assert.deepEqual(placesOf(kernel("make", [], [byImage(x)]), kernel("mix", [whole(x)], [byImage(y)])), [
      "stage 0, all threads",
      "stage 1, all threads",
    ]);
  });

  test("kernels over different numbers of images do not share a stage", () => {
    const [x, y] = [imageBuffer("x"), imageBuffer("y")];
    const half = { ...x, shape: [2, pixels] };
    assert.deepEqual(
      placesOf(kernel("make", [], [byImage(x)]), kernel("take half", [byImage(half)], [byImage(y)], 2)),
      ["stage 0, all threads", "stage 1, all threads"],
    );
  });

  test("a kernel that overwrites a buffer waits for its readers and its earlier writers", () => {
    const [x, y] = [imageBuffer("x"), imageBuffer("y")];
    const places = (...kernels: Kernel[]): string => placesOf(...kernels).at(-1)!;
    assert.equal(
      places(kernel("read", [whole(x)], [byImage(y)]), kernel("write", [], [byImage(x)])),
      "stage 1, all threads",
    );
    assert.equal(
      places(kernel("read", [byImage(x)], [byImage(y)]), kernel("write", [], [byImage(x)])),
      "stage 0, all threads",
    );
    assert.equal(places(kernel("write", [], [byImage(x)]), kernel("write", [], [whole(x)], 1)), "stage 0, one thread");
    assert.equal(places(kernel("write", [], [whole(x)], 1), kernel("write", [], [byImage(x)])), "stage 0, all threads");
  });

  test("a kernel can be told to wait for more than it reads", () => {
    const [x, sum, y] = [imageBuffer("x"), imageBuffer("sum"), imageBuffer("y")];
    const schedule = new Schedule(undefined);
    schedule.place(kernel("make", [], [byImage(x)]));
    schedule.place(kernel("add up", [whole(x)], [whole(sum)], 1));
    const again = kernel("make again", [], [byImage(y)]);
    assert.equal(nameOf(schedule.earliest(again)), "stage 0, all threads");
    assert.equal(nameOf(schedule.place(again, [whole(sum)]).phase), "stage 1, all threads");
  });

  test("whether a kernel would only continue a stage", () => {
    const [x, y] = [imageBuffer("x"), imageBuffer("y")];
    const schedule = new Schedule(undefined);
    assert.equal(schedule.continues(kernel("first", [], [byImage(x)])), false);
    schedule.place(kernel("first", [], [byImage(x)]));
    assert.equal(schedule.continues(kernel("next", [byImage(x)], [byImage(y)])), true);
    assert.equal(schedule.continues(kernel("mix", [whole(x)], [byImage(y)])), false);
    assert.equal(schedule.continues(kernel("independent", [], [byImage(y)])), false);
    assert.equal(schedule.continues(kernel("add up", [whole(x)], [whole(y)], 1)), false);
  });

  test("orders count up, and a buffer's uses list the writers first", () => {
    const [x, y] = [imageBuffer("x"), imageBuffer("y")];
    const schedule = new Schedule(undefined);
    schedule.place(kernel("make", [], [byImage(x)]));
    schedule.place(kernel("square", [byImage(x)], [byImage(y)]));
    schedule.place(kernel("add", [byImage(y)], [byImage(x)]));
    assert.deepEqual(
      schedule.usesOf(x.buffer).map(({ placed }) => `${placed.order} ${placed.kernel.title}`),
      ["0 make", "2 add", "1 square"],
    );
    assert.deepEqual(schedule.usesOf(new Buffer("unused", 1, "float32")), []);
  });
});

/*
 * Two kernels may share a stage only if, at each outer index, the one touches nothing that the other touches at another
 * outer index: otherwise a thread at image 1 could read what another thread, at image 2, has not written yet. These
 * are the cases; `aligned` decides.
 */
describe("aligned: whether image n of one view is image n of the other", () => {
  const x = imageBuffer("x");
  const yes = (a: BufferView, b = x): void => assert.equal(aligned(byImage(a), byImage(b), images, images), true);
  const no = (a: BufferView, b = x): void => {
    assert.equal(aligned(byImage(a), byImage(b), images, images), false);
    assert.equal(aligned(byImage(b), byImage(a), images, images), false);
  };
  /** The buffer of `x` with other strides. */
  const view = (shape: number[], strides: number[], offset = 0): BufferView => ({ ...x, shape, strides, offset });

  test("the same view", () => yes(x));
  test("a part of each image", () => yes(view([images, 3], [pixels, 2], 2)));
  test("the last element of each image", () => yes(view([images, 1], [pixels, 1], 7)));
  test("each image backwards", () => yes(view([images, pixels], [pixels, -1], 7)));
  test("each image as two rows", () => yes(view([images, 2, 4], [pixels, 4, 1])));

  test("not windows that reach into the next image", () => no(view([images, 9], [pixels, 1])));
  test("not windows that begin late and reach into the next image", () => no(view([images, 5], [pixels, 1], 4)));
  test("not a part that begins at the next image", () => no(view([3, pixels], [pixels, 1], pixels)));
  test("not a part that begins before the image's memory", () => no(view([images, 2], [pixels, -1], 0)));
  test("not windows backwards that reach into the image before", () => no(view([3, 10], [pixels, -1], 8)));
  test("not the images in the opposite order", () => no(view([images, pixels], [-pixels, 1], 24)));
  test("not every second image", () => no(view([2, pixels], [2 * pixels, 1])));
  test("not one image again and again", () => no(view([images, pixels], [0, 1])));
  test("not the columns of all images", () => {
    const columns = view([pixels, images], [1, pixels]);
    no(columns);
    // Nor with themselves, though these would not meet: columns are interleaved in memory.
    no(columns, columns);
  });

  test("not what is touched as a whole", () => {
    assert.equal(aligned(whole(x), byImage(x), images, images), false);
    assert.equal(aligned(byImage(x), whole(x), images, images), false);
    assert.equal(aligned(whole(x), whole(x), images, images), false);
  });
  test("not over different numbers of images", () => {
    assert.equal(aligned(byImage(x), byImage(x), images, images - 1), false);
  });

  test("a reader whose windows overlap waits for a stage of its own", () => {
    const y = imageBuffer("y");
    const overlapping = view([images, 9], [pixels, 1]);
    assert.deepEqual(
      placesOf(kernel("make", [], [byImage(x)]), kernel("slide", [byImage(overlapping)], [byImage(y)])),
      ["stage 0, all threads", "stage 1, all threads"],
    );
  });
});

describe("values that are kept between runs", () => {
  const variable = (name: string): BufferView =>
    denseView(new Buffer(name, images * pixels, "float32"), [images, pixels]);
  const pack = (from: BufferView, to: BufferView, cost = 1): Kernel => ({
    ...kernel("pack", [whole(from)], [whole(to)], 1),
    cost,
  });

  test("small kernels that read only what is the same in each run, one after the other", () => {
    const [w, packed, transformed] = [variable("w"), imageBuffer("packed"), imageBuffer("transformed")];
    const steady = new Set([w.buffer]);
    const schedule = new Schedule(steady);
    assert.equal(nameOf(schedule.place(pack(w, packed)).phase), "kept, one thread");
    assert.equal(nameOf(schedule.place(pack(packed, transformed)).phase), "kept, one thread");
    assert.deepEqual([...steady].map(({ name }) => name), ["w", "packed", "transformed"]); // prettier-ignore
  });

  test("not where nothing is to be kept, and not what reads anything else", () => {
    const [w, x, packed] = [variable("w"), imageBuffer("x"), imageBuffer("packed")];
    assert.equal(nameOf(new Schedule(undefined).place(pack(w, packed)).phase), "prologue, one thread");
    const schedule = new Schedule(new Set([w.buffer]));
    assert.equal(nameOf(schedule.place(pack(x, packed)).phase), "prologue, one thread");
  });

  test("not kernels of more than 2 to the 20 operations, which are work for all threads", () => {
    const [w, a, b] = [variable("w"), imageBuffer("a"), imageBuffer("b")];
    const schedule = new Schedule(new Set([w.buffer]));
    const large = (to: BufferView, cost: number): Kernel => ({ ...kernel("large", [whole(w)], [byImage(to)]), cost });
    assert.equal(nameOf(schedule.place(large(a, 2 ** 18)).phase), "kept, one thread");
    assert.equal(nameOf(schedule.place(large(b, 2 ** 18 + 1)).phase), "stage 0, all threads");
  });

  test("a result in a buffer that a run's own kernel writes too is not the same in each run", () => {
    const [w, x, packed, y, z] = [
      variable("w"),
      imageBuffer("x"),
      imageBuffer("packed"),
      imageBuffer("y"),
      imageBuffer("z"),
    ];
    const steady = new Set([w.buffer]);
    const schedule = new Schedule(steady);
    schedule.place(pack(w, packed));
    schedule.place(kernel("write over it", [byImage(x)], [byImage(packed)]));
    assert.equal(steady.has(packed.buffer), false);
    assert.equal(nameOf(schedule.place(pack(packed, y)).phase), "stage 0, one thread");
    // Nor does it become so when something kept is written there afterwards.
    schedule.place(pack(w, packed));
    assert.equal(steady.has(packed.buffer), false);
    assert.notEqual(nameOf(schedule.place(pack(packed, z)).phase), "kept, one thread");
  });
});

describe("mergeable: a loop kernel that can take over another's work", () => {
  /** Copies `from`, or adds it up over some axes. */
  const loop = (from: BufferView, output: BufferView, outerAxis = 0, reduced: readonly number[] = []): LoopKernel => {
    const made = new LoopKernel([images, pixels], outerAxis, reduced);
    made.add({ value: { kind: "load", view: from }, output, ...(reduced.length > 0 && { combine: "sum" }) });
    return made;
  };
  const [x, y, z] = [imageBuffer("x"), imageBuffer("y"), imageBuffer("z")];

  test("one over the same loops, if all that the other needs is there before", () => {
    const schedule = new Schedule(undefined);
    const first = schedule.place(loop(x, y));
    assert.equal(schedule.mergeable(loop(x, z), parallel(0)), first);
    assert.equal(schedule.mergeable(loop(x, z), parallel(1)), undefined, "only of the stage asked for");
    assert.equal(schedule.mergeable(loop(x, z), serial(0)), undefined, "and of its part");
  });

  test("not one that comes before what the other needs, but a later one", () => {
    const schedule = new Schedule(undefined);
    schedule.place(loop(x, y));
    const reader = loop(y, z);
    assert.equal(schedule.mergeable(reader, parallel(0)), undefined);
    const later = schedule.place(loop(x, imageBuffer("other")));
    assert.equal(schedule.mergeable(reader, parallel(0)), later);
  });

  test("but not over other loops, outer indices or reduced axes, nor any other kind of kernel", () => {
    const schedule = new Schedule(undefined);
    schedule.place(loop(x, y));
    schedule.place(kernel("no loop", [byImage(x)], [byImage(y)]));
    assert.equal(schedule.mergeable(new LoopKernel([images, 7], 0, []), parallel(0)), undefined);
    assert.equal(schedule.mergeable(loop(x, z, 1), parallel(0)), undefined);
    assert.equal(schedule.mergeable(loop(x, z, 0, [1]), parallel(0)), undefined);
    schedule.place(loop(x, imageBuffer("sum of each image"), 0, [1]));
    assert.equal(schedule.mergeable(loop(x, z, 0, []), parallel(0))?.order, 0);
    assert.equal(schedule.mergeable(loop(x, z, 0, [1]), parallel(0))?.order, 2);
    assert.equal(schedule.mergeable(loop(x, z, 0, [0]), parallel(0)), undefined);
  });

  test("not a store with a sum, even where no axis is named", () => {
    const schedule = new Schedule(undefined);
    schedule.place(loop(x, y));
    const sum = new LoopKernel([images, pixels], 0, []);
    sum.add({ value: { kind: "load", view: x }, output: z, combine: "sum" });
    assert.equal(schedule.mergeable(sum, parallel(0)), undefined);
  });
});
