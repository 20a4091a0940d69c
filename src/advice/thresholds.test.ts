/**
 * From where on each rule speaks: for every threshold in the rules a network that just deserves the advice, and one
 * that just does not. The networks are written down as layers in a row, with only the facts that the rule looks at.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Inspection, Layer, LayerDetail } from "../inspect/layer.js";
import { advise, adviceRules } from "./advice.js";

/** A layer, and what is known of it. */
type Given = LayerDetail & {
  /** The shape of its result, [C,H,W] or [features]; that of the layer before, unless given. */
  readonly gives?: readonly number[];
  /** Pixels along a side that a value has seen; as many as in the layer before, unless given. */
  readonly sees?: number;
  readonly multiplyAdds?: number;
  readonly parameters?: number;
};

/** A network of layers in a row, on a square image. */
function network(image: number, ...given: readonly Given[]): Inspection {
  const layers: Layer[] = [];
  let [outputs, sees]: [readonly number[], number] = [[1, image, image], 1];
  for (const one of [{ kind: "input" } as Given, ...given]) {
    const { gives = outputs, sees: seen = sees, multiplyAdds = 0, parameters = 0, ...detail } = one;
    [outputs, sees] = [gives, seen];
    const axis = { size: sees, jump: 1, start: 0, count: image };
    layers.push({
      ...detail,
      name: detail.kind,
      path: null,
      from: layers.length === 0 ? [] : [layers.length - 1],
      outputs: [outputs],
      ...{ multiplyAdds, parameters, shares: null, activationBytes: 0, field: [axis, axis], branches: null },
    });
  }
  const total = (of: (layer: Layer) => number): number => layers.reduce((sum, layer) => sum + of(layer), 0);
  return {
    layers,
    outputs: [layers.length - 1],
    parameters: total((layer) => layer.parameters),
    multiplyAdds: total((layer) => layer.multiplyAdds),
    activationBytes: 0,
  };
}

type Facts = Omit<Given, "kind"> & { readonly groups?: number };

function conv(kernel: number | readonly [number, number], from: number, to: number, facts: Facts = {}): Given {
  const size = typeof kernel === "number" ? ([kernel, kernel] as const) : kernel;
  const fixed = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 } as const;
  return { kind: "conv", kernel: size, inChannels: from, outChannels: to, ...fixed, ...facts };
}

const linear = (inFeatures: number, outFeatures: number): Given => ({
  ...{ kind: "linear", inFeatures, outFeatures, gives: [outFeatures] },
});
const maxPool = (facts: Facts = {}): Given => ({ kind: "pool", by: "max", kernel: [2, 2], ...facts });
const average: Given = { kind: "pool", by: "mean", kernel: [6, 6], gives: [16, 1, 1] };
const dropout = (p: number): Given => ({ kind: "dropout", p });
const relu: Given = { kind: "activation", by: "relu" };
const batchNorm: Given = { kind: "batchNorm" };
const predict = conv(1, 16, 10, { gives: [10, 1, 1] });

interface Threshold {
  readonly rule: string;
  readonly what: string;
  readonly said: Inspection;
  readonly spared: Inspection;
}

const thresholds: readonly Threshold[] = [
  {
    rule: "field-too-small",
    what: "three quarters of a digit of 20 pixels, in an image of 28",
    said: network(28, conv(3, 1, 16, { sees: 14 }), average, predict),
    spared: network(28, conv(3, 1, 16, { sees: 15 }), average, predict),
  },
  {
    rule: "field-too-small",
    what: "three quarters of a digit of 23 pixels, in an image of 32",
    said: network(32, conv(3, 1, 16, { sees: 17 }), average, predict),
    spared: network(32, conv(3, 1, 16, { sees: 18 }), average, predict),
  },
  {
    rule: "field-complete-long-ago",
    what: "the input of a convolution has seen the whole image",
    said: network(28, conv(3, 1, 8, { sees: 28 }), conv(3, 8, 8, { sees: 30 }), conv(3, 8, 16), average, predict),
    spared: network(28, conv(3, 1, 8, { sees: 27 }), conv(3, 8, 8, { sees: 30 }), conv(3, 8, 16), average, predict),
  },
  {
    rule: "field-complete-long-ago",
    what: "two convolutions go on, not one",
    said: network(28, conv(3, 1, 8, { sees: 28 }), conv(3, 8, 8), conv(3, 8, 16), average, predict),
    spared: network(28, conv(3, 1, 8, { sees: 28 }), conv(3, 8, 16), average, predict),
  },
  {
    rule: "pooling-too-early",
    what: "a value has seen less than 5×5 pixels",
    said: network(28, conv(3, 1, 16, { sees: 4 }), maxPool({ gives: [16, 12, 12] }), average, predict),
    spared: network(28, conv(3, 1, 16, { sees: 5 }), maxPool({ gives: [16, 12, 12] }), average, predict),
  },
  {
    rule: "pooling-too-early",
    what: "the result has more than one place",
    said: network(28, conv(3, 1, 16, { sees: 3 }), maxPool({ gives: [16, 2, 1] }), average, predict),
    spared: network(28, conv(3, 1, 16, { sees: 3 }), maxPool({ gives: [16, 1, 1] }), predict),
  },
  {
    rule: "pooling-near-prediction",
    what: "fewer than two convolutions come after it",
    said: network(28, maxPool({ gives: [1, 14, 14] }), conv(3, 1, 16), average, predict),
    spared: network(28, maxPool({ gives: [1, 14, 14] }), conv(3, 1, 16), conv(3, 16, 16), average, predict),
  },
  {
    rule: "transition-misplaced",
    what: "fewer than two convolutions come after it",
    said: network(28, maxPool({ gives: [32, 14, 14] }), conv(1, 32, 16), conv(3, 16, 16), average, predict),
    spared: network(
      28,
      ...[maxPool({ gives: [32, 14, 14] }), conv(1, 32, 16), conv(3, 16, 16), conv(3, 16, 16), average, predict],
    ),
  },
  {
    rule: "transition-misplaced",
    what: "a 1×1 convolution that reduces the channels",
    said: network(28, conv(1, 17, 16), conv(3, 16, 16), average, predict),
    spared: network(28, conv(1, 16, 16), conv(3, 16, 16), average, predict),
  },
  {
    rule: "too-many-kernels",
    what: "more than 32 kernels",
    said: network(28, conv(3, 1, 33, { multiplyAdds: 100 }), average, predict),
    spared: network(28, conv(3, 1, 32, { multiplyAdds: 100 }), average, predict),
  },
  {
    rule: "too-many-kernels",
    what: "a third of the multiply-adds",
    said: network(
      28,
      ...[conv(3, 1, 33, { multiplyAdds: 100 }), conv(3, 33, 8, { multiplyAdds: 100 })],
      ...[conv(3, 8, 16, { multiplyAdds: 100 }), average, predict],
    ),
    spared: network(
      28,
      ...[conv(3, 1, 33, { multiplyAdds: 101 }), conv(3, 33, 8, { multiplyAdds: 101 })],
      ...[conv(3, 8, 16, { multiplyAdds: 101 }), conv(1, 16, 10, { multiplyAdds: 1 })],
    ),
  },
  {
    rule: "too-many-parameters",
    what: "20,000 parameters are not allowed, 19,999 are",
    said: network(28, conv(3, 1, 16, { parameters: 19_000 }), average, { ...predict, parameters: 1000 }),
    spared: network(28, conv(3, 1, 16, { parameters: 19_000 }), average, { ...predict, parameters: 999 }),
  },
  {
    rule: "batch-norm-missing",
    what: "two convolutions before the prediction, not one",
    said: network(28, conv(3, 1, 8), relu, conv(3, 8, 16), relu, average, predict),
    spared: network(28, conv(3, 1, 16), relu, average, predict),
  },
  {
    rule: "dropout-beside-batch-norm",
    what: "a p of 0.5",
    said: network(28, conv(3, 1, 8), batchNorm, relu, dropout(0.5), conv(3, 8, 16), relu, average, predict),
    spared: network(28, conv(3, 1, 8), batchNorm, relu, dropout(0.499), conv(3, 8, 16), relu, average, predict),
  },
  {
    rule: "dropout-too-early",
    what: "fewer than two convolutions stand before it",
    said: network(28, conv(3, 1, 8), relu, dropout(0.1), conv(3, 8, 16), relu, average, predict),
    spared: network(28, conv(3, 1, 8), relu, conv(3, 8, 8), relu, dropout(0.1), conv(3, 8, 16), average, predict),
  },
  {
    rule: "dropout-too-early",
    what: "it drops anything",
    said: network(28, dropout(0.001), conv(3, 1, 16), relu, average, predict),
    spared: network(28, dropout(0), conv(3, 1, 16), relu, average, predict),
  },
  {
    rule: "dropout-before-prediction",
    what: "it drops anything",
    said: network(28, conv(3, 1, 16), relu, average, dropout(0.001), predict),
    spared: network(28, conv(3, 1, 16), relu, average, dropout(0), predict),
  },
  {
    rule: "large-kernel",
    what: "a side of 5",
    said: network(28, conv([5, 1], 1, 16), average, predict),
    spared: network(28, conv([4, 4], 1, 16), average, predict),
  },
  {
    rule: "large-kernel",
    what: "larger than all that it slides over, it is no window",
    said: network(28, maxPool({ gives: [1, 5, 6] }), conv(5, 1, 16, { gives: [16, 1, 2] }), average, predict),
    spared: network(28, maxPool({ gives: [1, 5, 5] }), conv(5, 1, 16, { gives: [16, 1, 1] }), average, predict),
  },
  {
    rule: "convolves-too-long",
    what: "a result of fewer than 5 places along both sides",
    said: network(28, conv(3, 1, 16, { gives: [16, 4, 4] }), average, predict),
    spared: network(28, conv(3, 1, 16, { gives: [16, 4, 5] }), average, predict),
  },
  {
    rule: "flattened-pattern",
    what: "more than one place",
    said: network(28, conv(3, 1, 8, { gives: [8, 2, 1] }), relu, { kind: "reshape", gives: [16] }, linear(16, 10)),
    spared: network(28, conv(3, 1, 16, { gives: [16, 1, 1] }), relu, { kind: "reshape", gives: [16] }, linear(16, 10)),
  },
  {
    rule: "too-few-features",
    what: "fewer features than classes, for a fully connected layer",
    said: network(28, conv(3, 1, 9, { gives: [9, 1, 1] }), relu, linear(9, 10)),
    spared: network(28, conv(3, 1, 10, { gives: [10, 1, 1] }), relu, linear(10, 10)),
  },
  {
    rule: "too-few-features",
    what: "fewer features than classes, for a convolution: its window times its group's channels",
    said: network(28, conv(3, 1, 18), relu, conv([1, 3], 18, 10, { groups: 6 })),
    spared: network(28, conv(3, 1, 18), relu, conv([1, 3], 18, 10, { groups: 3 })),
  },
  {
    rule: "no-activation",
    what: "a depthwise convolution has as many groups as channels, and more than one",
    said: network(28, conv(3, 4, 4, { groups: 2 }), conv(1, 4, 16), relu, average, predict),
    spared: network(28, conv(3, 4, 4, { groups: 4 }), conv(1, 4, 16), relu, average, predict),
  },
  {
    rule: "no-activation",
    what: "of a single channel a convolution is no depthwise one",
    said: network(28, conv(3, 1, 1, { groups: 1 }), conv(1, 1, 16), relu, average, predict),
    spared: network(28, conv(3, 1, 1, { groups: 1 }), relu, conv(1, 1, 16), relu, average, predict),
  },
];

for (const { rule, what, said, spared } of thresholds) {
  test(`${rule}: ${what}`, () => {
    assert.ok(adviceRules.some(({ name }) => name === rule));
    const rules = (of: Inspection): string[] => advise(of).map((one) => one.rule);
    assert.ok(rules(said).includes(rule), `it is said of the first, besides ${rules(said).join(", ")}`);
    assert.ok(!rules(spared).includes(rule), `it is not said of the second, but ${rules(spared).join(", ")} are`);
  });
}

/** The numbers in what a rule gives as its reason. */
function figures(rule: string, of: Inspection): number[] {
  const { reason } = advise(of).find((one) => one.rule === rule)!;
  return (reason.match(/\d+/g) ?? []).map(Number);
}

test("large-kernel reckons how many 3×3 convolutions see as much, and what they weigh", () => {
  const over = (kernel: number | readonly [number, number]): Inspection =>
    network(28, conv(kernel, 1, 16), average, predict);
  // 5×5 = 25 weights; two of 3×3 have 18.
  assert.deepEqual(figures("large-kernel", over(5)), [5, 5, 25, 2, 3, 3, 18]);
  assert.deepEqual(figures("large-kernel", over(7)), [7, 7, 49, 3, 3, 3, 27]);
  assert.deepEqual(figures("large-kernel", over([6, 3])), [6, 3, 18, 3, 3, 3, 27]);
});

test("too-many-kernels tells the share of the multiply-adds in percent", () => {
  const half = conv(3, 40, 8, { multiplyAdds: 200 });
  const of = network(28, conv(3, 1, 40, { multiplyAdds: 300 }), half, conv(3, 8, 16), average, predict);
  assert.deepEqual(figures("too-many-kernels", of), [40, 60]);
});

test("of the first and the only convolution after a pooling, the reason tells which", () => {
  const reason = (...after: Given[]): string =>
    advise(network(28, maxPool({ gives: [1, 14, 14] }), ...after, average, predict)).find(
      ({ rule }) => rule === "pooling-near-prediction",
    )!.reason;
  assert.match(reason(), /^no /);
  assert.match(reason(conv(3, 1, 16)), /^only one /);
});

test("the same of a misplaced transition, and of a dropout that comes too early", () => {
  const of = (rule: string, ...layers: Given[]): string =>
    advise(network(28, ...layers, average, predict)).find((one) => one.rule === rule)!.reason;
  assert.match(of("transition-misplaced", maxPool(), conv(1, 32, 16)), /^no /);
  assert.match(of("transition-misplaced", maxPool(), conv(1, 32, 16), conv(3, 16, 16)), /^only one /);
  assert.match(of("dropout-too-early", dropout(0.1)), /^no /);
  assert.match(of("dropout-too-early", conv(3, 1, 16), relu, dropout(0.1)), /^only one /);
});

test("rules on the receptive field say nothing where there is no image", () => {
  const flat = network(
    0,
    { ...conv(3, 1, 16), sees: 0 },
    conv(3, 16, 16),
    maxPool({ gives: [16, 2, 2] }),
    average,
    predict,
  );
  const rules = advise(flat).map(({ rule }) => rule);
  for (const rule of ["field-too-small", "field-complete-long-ago", "pooling-too-early"])
    assert.ok(!rules.includes(rule), rule);
});
