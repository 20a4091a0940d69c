/**
 * Checks receptive fields against gradients: the gradient of one output value with respect to the image is nonzero
 * exactly where that value looks.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../nn/index.js";
import { functional as F } from "../nn/index.js";
import { randomInteger, Generator } from "../random/random.js";
import { registry } from "../graph/op.js";
import { cat, ones, zeros } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { inspectNetwork } from "./inspect.js";
import { fieldRules, type Field } from "./receptive-field.js";

const SIZE = 48;

/** A convolution whose weights are all 1, so that contributions cannot cancel. */
function conv(kernel: number | [number, number], options: nn.Conv2dOptions = {}): nn.Module {
  const layer = new nn.Conv2d(1, 1, kernel, { ...options, bias: false });
  nn.init.ones_(layer.weight);
  return layer;
}

/** The first and last row and column of the image on which the value at a position of the result depends. */
function seen(model: nn.Module, place: readonly [number, number]): [rows: [number, number], columns: [number, number]] {
  const image = ones([1, 1, SIZE, SIZE], { requiresGrad: true });
  const result = (model as unknown as (x: Tensor) => Tensor)(image);
  result
    .slice(2, place[0], place[0] + 1)
    .slice(3, place[1], place[1] + 1)
    .sum()
    .backward();
  const gradient = image.grad!.data();
  const places = Array.from(gradient.keys()).filter((at) => gradient[at] !== 0);
  const range = (list: number[]): [number, number] => [Math.min(...list), Math.max(...list)];
  return [range(places.map((at) => Math.floor(at / SIZE))), range(places.map((at) => at % SIZE))];
}

function fieldOf(model: nn.Module): Field {
  return inspectNetwork(model, [1, SIZE, SIZE]).layers.at(-1)!.field!;
}

/** The first and last pixel that a position sees. */
function expected({ size, jump, start }: Field[0], place: number): [number, number] {
  const first = start + place * jump - size / 2;
  return [first, first + size - 1];
}

/** Expects equality if the whole field lies on the image, and otherwise that nothing outside the field is seen. */
function check(model: nn.Module, what: string): void {
  const field = fieldOf(model);
  for (const part of [0, 0.5, 1]) {
    const place = field.map(({ count }) => Math.floor(part * (count - 1))) as [number, number];
    const found = seen(model, place);
    const wanted = field.map((extent, side) => expected(extent, place[side]!));
    const where = `${what}, at ${place.join()} of ${field.map(({ count }) => count).join("×")}`;
    const isInside = wanted.flat().every((pixel) => pixel >= 0 && pixel < SIZE);
    if (isInside) assert.deepEqual(found, wanted, where);
    else {
      for (const side of [0, 1]) {
        const [[first, last], [least, most]] = [found[side]!, wanted[side]!] as [[number, number], [number, number]];
        assert.ok(first >= least && last <= most, where);
      }
    }
    if (part === 0.5 && field.every(({ size }) => size < SIZE / 2)) assert.ok(isInside, where);
  }
}

const cases: Readonly<Record<string, () => nn.Module>> = {
  "two convolutions, a pooling, two convolutions": () =>
    new nn.Sequential(conv(3), conv(3), new nn.AvgPool2d(2), conv(3), conv(3)),
  "padding, stride and dilation": () =>
    new nn.Sequential(
      conv(3, { padding: 1 }),
      conv(3, { stride: 2, padding: 1 }),
      conv(3, { dilation: 3, padding: 2 }),
    ),
  "uneven kernels": () =>
    new nn.Sequential(conv([1, 5]), conv([3, 1], { stride: [2, 1] }), conv(2, { padding: "same" })),
  "pooling that overlaps": () => new nn.Sequential(conv(3), new nn.AvgPool2d(3, { stride: 2, padding: 1 }), conv(3)),
  "adaptive pooling to one position": () => new nn.Sequential(conv(5), new nn.AdaptiveAvgPool2d(1)),
  "adaptive pooling to a size that divides the image's": () => new nn.Sequential(conv(3), new nn.AdaptiveAvgPool2d(23)),
};

for (const [what, make] of Object.entries(cases)) test(what, () => check(make(), what));

test("random chains", () => {
  const seed = 20;
  const generator = new Generator().manualSeed(seed);
  const draw = (low: number, high: number): number => randomInteger(low, high + 1, generator);
  for (let round = 0; round < 12; round++) {
    const layers = Array.from({ length: draw(1, 4) }, () =>
      draw(0, 3) === 0
        ? new nn.AvgPool2d(2, { stride: draw(1, 2) })
        : conv([draw(1, 4), draw(1, 4)], { stride: draw(1, 2), padding: draw(0, 2), dilation: draw(1, 2) }),
    );
    check(new nn.Sequential(...layers), `seed ${seed}, round ${round}: ${layers.map(String).join(" ")}`);
  }
});

test("functions count like modules: slices, permuted axes, means", () => {
  class Net extends nn.Module {
    override forward(x: Tensor): Tensor {
      x = F.avgPool2d(x, 2).slice(2, 3, 21, 2).permute(0, 1, 3, 2);
      return F.conv2d(x, ones([1, 1, 3, 2]));
    }
  }
  const [height, width] = fieldOf(new Net());
  // Along the image's height: pooled by 2, then every second position from the third on, then 2 of those.
  assert.deepEqual(height, { size: 6, jump: 4, start: 9, count: 8 });
  assert.deepEqual(width, { size: 6, jump: 2, start: 3, count: 22 });
});

test("uneven adaptive pooling counts with its largest window", () => {
  const [height] = fieldOf(new nn.Sequential(new nn.AdaptiveAvgPool2d([5, 48])));
  // 48 rows to 5: windows from ⌊9.6·i⌋ to ⌈9.6·(i+1)⌉, of 10, 11, 11, 11, 10 rows.
  assert.equal(height.size, 11);
  assert.equal(height.count, 5);
  assert.equal(height.start, 5);
  // 26 rows, each of 3 pixels, to 5: windows of 6 rows, the first centred at pixel 4 and the last at pixel 24.
  const after = new nn.Sequential(conv(3), new nn.AdaptiveAvgPool2d(5));
  assert.deepEqual(inspectNetwork(after, [1, 28, 28]).layers.at(-1)!.field![0], {
    ...{ size: 8, jump: 5, start: 4, count: 5 },
  });
});

class Branches extends nn.Module {
  constructor(
    readonly left: nn.Module,
    readonly right: nn.Module,
    readonly join: (left: Tensor, right: Tensor) => Tensor,
  ) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const branch = (module: nn.Module): Tensor => (module as unknown as (x: Tensor) => Tensor)(x);
    return this.join(branch(this.left), branch(this.right));
  }
}

test("where branches meet, the largest field counts", () => {
  const same = { padding: 1 };
  const deep = new nn.Sequential(conv(3, same), conv(3, same));
  for (const join of [(a: Tensor, b: Tensor) => a.add(b), (a: Tensor, b: Tensor) => cat([a, b], 1)]) {
    const { layers } = inspectNetwork(new Branches(conv(3, same), deep, join), [1, SIZE, SIZE]);
    const last = layers.at(-1)!;
    assert.deepEqual(last.field![0], { size: 5, jump: 1, start: 0.5, count: SIZE });
    assert.equal(last.branches, null, "both branches cover the same positions");
  }
  check(new Branches(conv(3, same), deep, (a, b) => a.add(b)), "residual");
});

test("branches over different positions are reported", () => {
  const cut = (a: Tensor, b: Tensor): Tensor => a.slice(2, 0, 44).slice(3, 0, 44).add(b);
  const { layers } = inspectNetwork(new Branches(conv(3), conv(5), cut), [1, SIZE, SIZE]);
  const last = layers.at(-1)!;
  assert.equal(last.field![0].size, 5);
  assert.deepEqual(
    last.branches!.map(([{ size, start }]) => [size, start]),
    [
      [3, 1.5],
      [5, 2.5],
    ],
  );
});

class Shaped extends nn.Module {
  constructor(readonly shape: (x: Tensor) => Tensor) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.shape(x);
  }
}

test("a map that is enlarged by repeating its positions lies over the same pixels as before", () => {
  const enlarge = new Shaped((x) => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return x
      .view(n, c, h, 1, w, 1)
      .expand(n, c, h, 2, w, 3)
      .reshape(n, c, 2 * h, 3 * w);
  });
  const pooled = new nn.AvgPool2d([2, 3]);
  const [height, width] = fieldOf(new nn.Sequential(pooled, enlarge));
  assert.deepEqual([height.jump, height.start, height.count], [1, 0.5, SIZE]);
  assert.deepEqual([width.jump, width.start, width.count], [1, 0.5, SIZE]);
  // Positions side by side see the same two (or three) pixels, so a field that is centred on each is wider.
  assert.deepEqual([height.size, width.size], [3, 5]);
  const model = new nn.Sequential(conv(3, { padding: 1 }), pooled, enlarge, conv(3, { padding: 1 }));
  for (const place of [20, 21, 22, 23, 24, 25]) {
    const found = seen(model, [place, place]);
    const wanted = fieldOf(model).map((extent) => expected(extent, place));
    for (const side of [0, 1]) {
      assert.ok(found[side]![0] >= wanted[side]![0] && found[side]![1] <= wanted[side]![1], `position ${place}`);
    }
  }
  const joined = new Branches(conv(3, { padding: 1 }), new nn.Sequential(pooled, enlarge), (a, b) => cat([a, b], 1));
  assert.equal(inspectNetwork(joined, [1, SIZE, SIZE]).layers.at(-1)!.branches, null);
});

test("positions that become channels are seen together by what follows", () => {
  const patches = new Shaped((x) => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return x
      .view(n, c, h / 4, 4, w / 2, 2)
      .permute(0, 1, 3, 5, 2, 4)
      .reshape(n, c * 8, h / 4, w / 2);
  });
  const mix = new nn.Conv2d(8, 1, 1, { bias: false });
  nn.init.ones_(mix.weight);
  check(new nn.Sequential(patches, mix), "patches");
  check(new nn.Sequential(conv(3, { padding: 1 }), patches, mix, conv(3)), "patches between convolutions");
});

test("a gate per channel changes neither what is seen by what it gates, nor where that lies", () => {
  const gate = (x: Tensor, g: Tensor): Tensor => x.mul(g.mean([2, 3], true).sigmoid());
  const { layers } = inspectNetwork(new Branches(conv(3), conv(5), gate), [1, SIZE, SIZE]);
  assert.deepEqual(layers.at(-1)!.field![0], { size: 3, jump: 1, start: 1.5, count: 46 });
  assert.equal(layers.at(-1)!.branches, null);
});

test("flattening keeps what each value sees; a fully connected layer sees everything; without an image there is no field", () => {
  class Net extends nn.Module {
    fc = new nn.Linear(46 * 46, 2);
    override forward(x: Tensor): Tensor {
      return this.fc(F.conv2d(x, zeros([1, 1, 3, 3])).view(-1, 46 * 46));
    }
  }
  const { layers } = inspectNetwork(new Net(), [1, SIZE, SIZE]);
  assert.deepEqual(
    layers.map(({ name, field }) => [name, field![0].size]),
    [
      ["input", 1],
      ["conv2d", 3],
      ["reshape", 3],
      ["Linear", 48],
    ],
  );
  assert.equal(inspectNetwork(new nn.Linear(3, 2), [3]).layers.at(-1)!.field, null);
});

/** Whether an op needs a rule: not if it is elementwise, a reduction, or has no inputs. */
const needRules = [...registry.values()].filter(
  ({ elsewhere, lowering }) => elsewhere !== "internal" && ["view", "composite", "kernel"].includes(lowering.kind),
);
for (const op of needRules) {
  test(`${op.name} says what it does with receptive fields`, () => {
    assert.ok(fieldRules.has(op), `add a rule for ops.${op.name} to fieldRules in receptive-field.ts`);
  });
}
