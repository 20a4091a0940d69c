/**
 * No argument is dropped: an argument too many, a number, text or null where options belong, and an option that does not
 * exist are refused everywhere, also for callers without TypeScript.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import {
  BatchSampler,
  DataLoader,
  RandomSampler,
  randomSplit,
  SequentialSampler,
  Subset,
  TensorDataset,
  transforms,
} from "../src/entries/data.js";
import { exportOnnx } from "../src/entries/export.js";
import { formatSummary, inspectNetwork } from "../src/entries/summary.js";
import { evaluate, Trainer } from "../src/entries/train.js";
import * as kilograd from "../src/entries/index.js";

const { arange, cat, F, full, nn, ones, optim, rand, randint, randn, randperm, stack, Tensor, tensor, zeros } =
  kilograd;

type Call = (...given: readonly unknown[]) => unknown;
/** A function or a class, and arguments that it accepts: all that it has, so that one more is one too many. */
type Row = readonly [callee: unknown, ...given: readonly unknown[]];

const image = zeros([2, 1, 4, 4]);
const scores = zeros([2, 3]);
const classes = tensor(Int32Array.of(0, 2));
const parameter = (): kilograd.Tensor => tensor([1], { requiresGrad: true });
const optimizer = (): kilograd.optim.SGD => new optim.SGD([parameter()], { momentum: 0.9 });
const { lrScheduler } = optim;
const plateau = (): kilograd.optim.ReduceLROnPlateau => new lrScheduler.ReduceLROnPlateau(optimizer());

const calls: Readonly<Record<string, Row>> = {
  relu: [F.relu, scores, false],
  softmax: [F.softmax, scores, 1],
  logSoftmax: [F.logSoftmax, scores, 1],
  batchNorm: [F.batchNorm, image, null, null, null, null, true, 0.1, 1e-5],
  conv2d: [F.conv2d, image, zeros([1, 1, 3, 3]), null, 1, 0, 1, 1],
  dropout: [F.dropout, scores, 0.5, true, false],
  dropout2d: [F.dropout2d, image, 0.5, true, false],
  linear: [F.linear, scores, zeros([1, 3]), null],
  nllLoss: [F.nllLoss, scores, classes, ones([3]), null, -100, null, "mean"],
  crossEntropy: [F.crossEntropy, scores, classes, null, null, -100, null, "sum", 0.1],
  mseLoss: [F.mseLoss, scores, scores, null, null, "none"],
  maxPool2d: [F.maxPool2d, image, 2, 2, 0, 1],
  avgPool2d: [F.avgPool2d, image, 2, 2, 0, false, true],
  adaptiveAvgPool2d: [F.adaptiveAvgPool2d, image, 1],
  Conv2d: [nn.Conv2d, 1, 2, 3, 1, 1, 1, 1, false],
  Linear: [nn.Linear, 4, 2, false],
  BatchNorm2d: [nn.BatchNorm2d, 8, 1e-3, 0.1, true, true],
  MaxPool2d: [nn.MaxPool2d, 3, 2, 1, 1],
  AvgPool2d: [nn.AvgPool2d, 3, 2, 1, false, true],
  AdaptiveAvgPool2d: [nn.AdaptiveAvgPool2d, [1, null]],
  ReLU: [nn.ReLU, false],
  Sigmoid: [nn.Sigmoid],
  Tanh: [nn.Tanh],
  Softmax: [nn.Softmax, 1],
  LogSoftmax: [nn.LogSoftmax, 1],
  Dropout: [nn.Dropout, 0.1, false],
  Dropout2d: [nn.Dropout2d, 0.1, false],
  Flatten: [nn.Flatten, 1, -1],
  Module: [nn.Module],
  SGD: [optim.SGD, [parameter()], 0.1, 0.9, 0, 0, true, false],
  Adam: [optim.Adam, [parameter()], 0.1, [0.9, 0.99], 1e-8, 0, false, false],
  AdamW: [optim.AdamW, [parameter()], 0.1, [0.9, 0.99], 1e-8, 0, false, false],
  StepLR: [lrScheduler.StepLR, optimizer(), 1, 0.5],
  MultiStepLR: [lrScheduler.MultiStepLR, optimizer(), [1, 2], 0.5],
  CosineAnnealingLR: [lrScheduler.CosineAnnealingLR, optimizer(), 10, 0],
  OneCycleLR: [lrScheduler.OneCycleLR, optimizer(), 0.1, 10, 1, 10, 0.3, "cos", true, 0.85, 0.95, 25, 1e4, false],
  ReduceLROnPlateau: [lrScheduler.ReduceLROnPlateau, optimizer(), "min", 0.1, 10, 1e-4, "rel", 0, 0, 1e-8],
  DataLoader: [DataLoader, new TensorDataset(scores), 2, false, undefined, true, undefined, 0],
  SequentialSampler: [SequentialSampler, [1, 2]],
  RandomSampler: [RandomSampler, [1, 2], new kilograd.Generator(1)],
  BatchSampler: [BatchSampler, new SequentialSampler([1, 2]), 2, false],
  Subset: [Subset, new TensorDataset(scores), [1]],
  randomSplit: [randomSplit, new TensorDataset(scores), [1, 1], new kilograd.Generator(1)],
  summary: [kilograd.summary, new nn.ReLU(), [4]],
  summarize: [kilograd.summarize, new nn.ReLU(), [4]],
  inspectNetwork: [inspectNetwork, new nn.ReLU(), [[4]]],
  centerCrop: [transforms.centerCrop, 28],
  randomCrop: [transforms.randomCrop, 28, 4, 0],
  randomRotation: [transforms.randomRotation, 10, "bilinear", 0],
  randomAffine: [transforms.randomAffine, 10, [0.1, 0.1], [0.9, 1.1], 5, "nearest", 0],
  randomErasing: [transforms.randomErasing, 0.5, [0.02, 0.33], [0.3, 3.3], 0],
  tensor: [tensor, [1, 2], [2], "float32", true],
  zeros: [zeros, [2, 3], "int32", false],
  ones: [ones, [2, 3], "int32", false],
  full: [full, [2, 3], 0.5, "float32", false],
  arange: [arange, 1, 5, 2],
  cat: [cat, [scores, scores], 0],
  stack: [stack, [scores, scores], 0],
  rand: [rand, [2], new kilograd.Generator(1)],
  randn: [randn, [2], new kilograd.Generator(1)],
  randint: [randint, 0, 10, [2], new kilograd.Generator(1)],
  randperm: [randperm, 5, new kilograd.Generator(1)],
};

const net = new nn.Sequential(new nn.ReLU());
/** Methods of modules and functions of functions, each with one argument too many or of another kind. */
const wrongCalls: readonly (() => unknown)[] = [
  () => (net.train as Call)("false"),
  () => (net.train as Call)(true, 1),
  () => (net.eval as Call)(true),
  () => (net as unknown as Record<string, Call>)["zeroGrad"]!(true),
  () => (net.requiresGrad_ as Call)("no"),
  () => (net.apply as Call)("relu"),
  () => (net.parameters as Call)(true),
  () => (net.stateDict as Call)(3),
  () => (net.loadStateDict as Call)(net.stateDict(), "strict"),
  () => (net.loadStateDict as Call)({ weight: scores }),
  () => (net.registerForwardHook as Call)("hook"),
  () => (net.registerBuffer as Call)("mean", scores, false),
  () => (net.addModule as Call)("relu", "relu"),
  () => (net as Call)(scores, scores),
  () => (new nn.ReLU() as Call)(scores, true),
  () => new (nn.ModuleList as unknown as new (...given: unknown[]) => unknown)(new nn.ReLU(), new nn.ReLU()),
  () => (optimizer().step as Call)(3),
  () => (optimizer().step as Call)(() => 1, 1),
  () => (optimizer() as unknown as { zeroGrad: Call }).zeroGrad(true),
  () => (optimizer().addParamGroup as Call)([parameter()]),
  () => (optimizer().loadStateDict as Call)({}),
  () => (new lrScheduler.StepLR(optimizer(), 1) as unknown as { step: Call }).step(0.5),
  () => (new lrScheduler.StepLR(optimizer(), 1).loadStateDict as Call)(null),
  () => (plateau().step as Call)(),
  () => (plateau().step as Call)(scores.mean()),
  () => (plateau().step as Call)(1, 2),
  () => new (Tensor as unknown as new (...given: unknown[]) => unknown)([1, 2]),
  () => (new kilograd.Generator().manualSeed as Call)(1, 2),
  () => (exportOnnx as Call)(net, [4], true),
  () => (exportOnnx as Call)(net, [4], { soft: true }),
  () => (evaluate as Call)(net, [], "cross-entropy"),
  () => (evaluate as Call)(net, [], { loss: "mse" }),
  () => new (Trainer as unknown as new (...given: unknown[]) => unknown)(net, optimizer()),
  () => (formatSummary as Call)(kilograd.summarize(net, [4]), 80),
  () => (kilograd.noGrad as Call)(scores),
  () => (kilograd.compile as Call)(() => scores, { fullgraph: true }),
  () => (kilograd.configure as Call)({ thread: 2 }),
  () => (kilograd.profile as Call)(() => undefined, { rounds: 3 }),
  () => (kilograd.onCompile as Call)({}),
  () => (kilograd.manualSeed as Call)("1"),
  () => (kilograd.manualSeed as Call)(1, true),
  () => new (kilograd.Generator as unknown as new (...given: unknown[]) => unknown)(1, "cpu"),
  () => new (kilograd.Generator as unknown as new (...given: unknown[]) => unknown)("cpu"),
  () => (new kilograd.Generator().manualSeed as Call)(1, 2),
  () => (new kilograd.Generator().setState as Call)(undefined),
  () => (kilograd.noGrad as Call)(() => scores, scores),
  () => (kilograd.enableGrad as Call)(() => scores, true),
  () => (kilograd.noGrad as Call)(() => Promise.resolve(scores)),
];
for (const call of wrongCalls) {
  test(`refused: ${String(call).replace("() => ", "")}`, () => assert.throws(call, { name: "ArgumentError" }));
}

test("the state of a network is loaded with strict by position and by name", () => {
  const [one, other] = [new nn.Linear(2, 1), new nn.Linear(2, 1)];
  const partial = new Map([...one.stateDict()].slice(0, 1));
  assert.throws(() => other.loadStateDict(partial), { name: "ArgumentError" });
  assert.deepEqual(other.loadStateDict(partial, false).missingKeys, ["bias"]);
  assert.deepEqual(other.loadStateDict(partial, { strict: false }).missingKeys, ["bias"]);
});

const isClass = (callee: unknown): boolean => typeof callee === "function" && /^class\b/.test(String(callee));

function run(callee: unknown, given: readonly unknown[]): unknown {
  return isClass(callee)
    ? new (callee as new (...given: readonly unknown[]) => unknown)(...given)
    : (callee as Call)(...given);
}

for (const [name, [callee, ...given]] of Object.entries(calls)) {
  test(`${name} takes all its arguments by position, and refuses one more of any kind`, () => {
    run(callee, given);
    for (const surplus of [1, true, null, "same", scores]) {
      assert.throws(() => run(callee, [...given, surplus]), { name: "ArgumentError" }, String(surplus));
    }
  });
  test(`${name} refuses an option that it does not have`, () => {
    const least = given.slice(0, leastOf(callee, given));
    assert.throws(() => run(callee, [...least, { nonsense: 1 }]), { name: "ArgumentError" });
  });
}

/** With how few of its arguments a function is content. */
function leastOf(callee: unknown, given: readonly unknown[]): number {
  for (let count = 0; count < given.length; count++) {
    try {
      run(callee, given.slice(0, count));
      return count;
    } catch (error) {
      if (!(error instanceof kilograd.KilogradError)) throw error;
    }
  }
  return given.length;
}

/** What takes any number of arguments, and classes that users only extend or catch. */
const others = new Set(
  "fans Sequential ModuleList OnnxModule Identity LRScheduler Optimizer TensorDataset zeros ones rand randn TrainEvents Run".split(
    " ",
  ),
);
/** `closest` finds the names that signatures suggest, and errors are what they throw. */
const underneath = (name: string): boolean => name === "closest" || name.endsWith("Error");

type Exports = Readonly<Record<string, unknown>>;
const { exports } = JSON.parse(fs.readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly exports: Readonly<Record<string, { readonly types?: string }>>;
};
const entries = Object.entries(exports).flatMap(([entry, { types }]) => {
  const file = types?.replace("./dist/", "../src/").replace(/\.d\.ts$/, ".js");
  return file === undefined ? [] : [{ entry, file }];
});

/** The functions and classes of an entry, and of the namespaces in it. */
function* calleesOf(all: Exports, prefix: string): Generator<readonly [name: string, callee: unknown]> {
  for (const [name, value] of Object.entries(all)) {
    if (typeof value === "function" && !others.has(name) && !underneath(name)) yield [`${prefix} ${name}`, value];
    if (Object.prototype.toString.call(value) === "[object Module]")
      yield* calleesOf(value as Exports, `${prefix} ${name}.`);
  }
}

for (const { entry, file } of entries) {
  for (const [name, callee] of calleesOf((await import(file)) as Exports, entry)) {
    test(`${name} refuses twenty arguments, an unknown option, and null`, async () => {
      for (const given of [new Array<number>(20).fill(1), [{ nonsense: 1 }], [null]]) {
        await assert.rejects(async () => void (await run(callee, given)), { name: "ArgumentError" });
      }
    });
  }
}

test("every method of Tensor refuses arguments that it does not take", () => {
  const x = tensor([1, 2]) as unknown as Record<string, Call>;
  for (
    let type: object = Tensor.prototype;
    Object.getPrototypeOf(type) !== null;
    type = Object.getPrototypeOf(type) as object
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
      if (typeof value !== "function" || name === "constructor" || name === "wrap") continue;
      assert.throws(() => x[name]!(...new Array<string>(9).fill("a")), { name: "ArgumentError" }, name);
    }
  }
});

test("a tensor's methods refuse an argument too many, and operands of another kind", () => {
  const x = tensor([[1, 2], [3, 4]]); // prettier-ignore
  const wrong: readonly (() => unknown)[] = [
    () => (x.relu as Call)(1),
    () => (x.add as Call)(1, 2),
    () => (x.add as Call)("1"),
    () => (x.add as Call)(),
    () => (x.mul as Call)(null),
    () => (x.sum as Call)(0, true, 1),
    () => (x.sum as Call)(0, 1),
    () => (x.reshape as Call)(2, "2"),
    () => (x.reshape as Call)([2, 2], 1),
    () => (x.flip as Call)(0.5),
    () => (x.matmul as Call)([[1]]),
    () => (x.backward as Call)(1),
    () => (x.softmax as Call)(),
  ];
  for (const call of wrong) assert.throws(call, { name: "ArgumentError" }, String(call));
  assert.deepEqual((x.sum as Call)(0, { keepdim: true }) instanceof Tensor, true);
});
