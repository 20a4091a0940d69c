/**
 * What programs keep between runs: results follow every change of a variable, however it comes about, and whichever
 * network's variables the program runs with.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertClose, ofLargest } from "../../test/closeness.js";
import { compile } from "../tensor/compile.js";
import { noGrad } from "../graph/grad-mode.js";
import { evaluate } from "../reference/reference.js";
import * as nn from "../nn/index.js";
import { SGD } from "../optim/index.js";
import { manualSeed, randn } from "../random/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { full } from "../tensor/creation.js";
import { compiledEngine } from "./realize.js";

type Network = nn.Module & ((images: Tensor) => Tensor);

/** Direct, Winograd and grouped convolutions with batch norm, in evaluation, with statistics that are not the first. */
function makeNetwork(): Network {
  const network = new nn.Sequential(
    new nn.Conv2d(1, 8, 3),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.Conv2d(8, 12, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(12),
    new nn.ReLU(),
    new nn.Conv2d(12, 12, 3, { groups: 4, stride: 2 }),
    new nn.BatchNorm2d(12, { affine: false }),
    new nn.Conv2d(12, 5, 1),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
  ) as unknown as Network;
  for (let i = 0; i < 3; i++) network(randn([4, 1, 13, 13])).data();
  return network.eval();
}

const images = (): Tensor => randn([5, 1, 13, 13]);

/** Compiles the network's use for its own tensors, and asserts that it gives what the float64 reference gives. */
function assertRight(use: (x: Tensor) => Tensor, network: Network, what: string): void {
  const x = images();
  x.data();
  const [expected] = evaluate([noGrad(() => network(x)).node]);
  assertClose(use(x).data(), expected!.data, ofLargest(1e-5), what);
}

/** Every way in which a network's tensors are overwritten. */
const changes: Record<string, (network: Network) => void> = {
  "a step": (network) => {
    const optimizer = new SGD(network.parameters(), { lr: 0.1 });
    network(images()).square().mean().backward();
    optimizer.step();
  },
  "a step in training": (network) => {
    const optimizer = new SGD(network.parameters(), { lr: 0.1 });
    network.train();
    network(images()).square().mean().backward();
    optimizer.step();
    network.eval();
  },
  "other statistics only": (network) => {
    network.train();
    noGrad(() => network(images())).data();
    network.eval();
  },
  copy_: (network) => {
    for (const parameter of network.parameters()) parameter.copy_(noGrad(() => parameter.mul(1.5)));
  },
  setData: (network) => {
    const [weight] = network.parameters();
    weight!.setData(weight!.data().map((x) => -x));
  },
  loadStateDict: (network) => {
    network.loadStateDict(makeNetwork().stateDict());
  },
};

test("results follow variables however they change", () => {
  manualSeed(1);
  for (const compiled of [true, false]) {
    const network = makeNetwork();
    const plain = (x: Tensor): Tensor => noGrad(() => network(x));
    const use = compiled ? compile(plain) : plain;
    for (let i = 0; i < 3; i++) assertRight(use, network, "unchanged");
    for (const [name, change] of Object.entries(changes)) {
      change(network);
      for (let i = 0; i < 3; i++) assertRight(use, network, name);
    }
  }
});

test("networks of one structure have one program, each with its own results", () => {
  manualSeed(2);
  const [a, b] = [makeNetwork(), makeNetwork()];
  noGrad(() => a(images())).data();
  let compiled = 0;
  compiledEngine().onCompile(() => compiled++);
  for (const network of [a, b, a, a, b]) assertRight((x) => noGrad(() => network(x)), network, "in turn");
  compiledEngine().onCompile(() => undefined);
  assert.equal(compiled, 0);
});

test("a lazy result is computed from the weights that it was built with", () => {
  manualSeed(3);
  const network = makeNetwork();
  const x = images();
  const before = noGrad(() => network(x)).data();
  const lazy = noGrad(() => network(x));
  changes["a step"]!(network);
  const after = noGrad(() => network(x)).data();
  assert.deepEqual(lazy.data(), before);
  assert.notDeepEqual(after, before);
});

test("batch norm in evaluation and ReLU leave nothing but convolutions", () => {
  manualSeed(4);
  const network = makeNetwork();
  const titles: { kept: string[]; run: string[] }[] = [];
  compiledEngine().onCompile(({ kept, prologue, stages }) => {
    const run = [...prologue, ...stages.flatMap(({ parallel, serial }) => [...parallel, ...serial])];
    titles.push({ kept: kept.map(({ title }) => title), run: run.map(({ title }) => title) });
  });
  const seven = randn([7, 1, 13, 13]);
  seven.data();
  titles.length = 0;
  noGrad(() => network(seven)).data();
  compiledEngine().onCompile(() => undefined);
  const [{ kept, run }] = titles as [(typeof titles)[0]];
  assert.ok(kept.some((title) => title.startsWith("Winograd weights 8→12")));
  assert.deepEqual(run, [
    "conv2d 3×3 1→8 11×11",
    "loop [7,8,11,11] store pad",
    "conv2d 3×3 8→12 11×11, Winograd",
    "conv2d 3×3 12→12 in 4 groups 5×5",
    "loop [7,12,5,5] store add",
    "conv2d 1×1 12→5 5×5",
    "loop [7,5,5,5] sum sum",
    "loop [7,5,1,1] store div",
    "loop [7,5] store output",
  ]);
});

test("what convolutions are followed by is computed with them, if it is all that uses them", () => {
  manualSeed(5);
  const conv = new nn.Conv2d(1, 8, 3);
  const wide = new nn.Conv2d(8, 8, 3);
  const x = images();
  const chains: Record<string, (y: Tensor) => Tensor> = {
    relu: (y) => y.relu(),
    clamp: (y) => y.mul(2).clamp(-5, 5),
    "its own square": (y) => y.mul(y).add(1).sqrt(),
    sigmoid: (y) => y.sigmoid().sub(0.5),
    "used twice": (y) => y.relu().add(y),
    "of another shape": (y) => y.add(full([5, 1, 1, 1], 2).mul(y.mean([1, 2, 3], true))),
    compared: (y) => y.gt(0).float().add(1),
    "scaled by itself": (y) => y.relu().mul(0.5).relu(),
  };
  for (const [name, chain] of Object.entries(chains)) {
    for (const network of [conv, (y: Tensor) => wide(conv(y))] as ((y: Tensor) => Tensor)[]) {
      assertRight((y) => noGrad(() => chain(network(y))), ((y: Tensor) => chain(network(y))) as Network, name);
      const build = (y: Tensor): Tensor => chain(network(y)).square().sum();
      assert.ok(Number.isFinite(build(x).item()));
    }
  }
});

test("convolutions with kept weights are right for images of any size", () => {
  manualSeed(7);
  const network = new nn.Conv2d(8, 12, 3);
  for (const [height, width] of [
    [8, 8],
    [8, 9],
    [9, 14],
    [13, 11],
    [24, 26],
    [15, 6],
    [20, 33],
  ] as const) {
    for (const batch of [1, 3]) {
      const x = randn([batch, 8, height, width]);
      x.data();
      const [expected] = evaluate([noGrad(() => network(x)).node]);
      const actual = noGrad(() => network(x)).data();
      assertClose(actual, expected!.data, ofLargest(1e-5), `${batch} images of ${height}×${width}`);
    }
  }
});

test("kept results are the same bits for any number of threads", async () => {
  manualSeed(6);
  const network = makeNetwork();
  const x = images();
  const bits = async (threads: number): Promise<unknown> => {
    compiledEngine().configure({ threads });
    changes["copy_"]!(network);
    for (let i = 0; i < 200 && compiledEngine().lastThreads !== threads; i++) {
      full([4], 1).add(i).data();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return noGrad(() => network(x)).data();
  };
  const state = new Map([...network.stateDict()].map(([name, of]) => [name, of.data()]));
  const results = [];
  for (const threads of [1, 2, 1]) {
    for (const [name, of] of network.stateDict()) of.setData(state.get(name)!);
    results.push(await bits(threads));
  }
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
});
