import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";
import {
  arange,
  cat,
  F as functions,
  nn as layers,
  ones,
  optim as optimizers,
  rand,
  tensor,
  zeros,
  type Tensor,
} from "../entries/index.js";
import { nameHint } from "./name-hint.js";
import { expressions, methods, others } from "./names-elsewhere.js";

type Names = Record<string, new (...given: unknown[]) => unknown>;
type Functions = Record<string, (...given: unknown[]) => unknown>;
const F: Functions = functions as never;
const nn: Names = layers as never;
const optim: Names = optimizers as never;
const x = ones([2, 2]);

/** Mistakes, each with the hint. */
const mistakes: Readonly<Record<string, readonly [make: () => unknown, hint: RegExp | undefined]>> = {
  "F.log_softmax": [() => F.log_softmax!(1), /^write F\.logSoftmax$/],
  "F.nll_loss": [() => F.nll_loss!(1), /^write F\.nllLoss\(logLikelihoods, labels\)$/],
  "F.max_pool2d": [() => F.max_pool2d!(1), /^write F\.maxPool2d$/],
  "F.gelu": [() => F.gelu!(1), /^write x\.mul\(x\.mul\(1\.702\)\.sigmoid\(\)\)$/],
  "F.sigmoid": [() => F.sigmoid!(1), /^write x\.sigmoid\(\)$/],
  "F.clamp": [() => F.clamp!(1), /^write x\.clamp\(0, 1\)$/],
  "F.l1_loss": [() => F.l1_loss!(1), /^write outputs\.sub\(targets\)\.abs\(\)\.mean\(\)$/],
  "nn.GELU": [() => new nn.GELU!(), /^write class GELU extends nn\.Module \{ forward\(x\) \{ return x\.mul/],
  "nn.LeakyReLU": [() => new nn.LeakyReLU!(0.1), /^write class LeakyReLU extends nn\.Module .* and new LeakyReLU\(\)$/],
  "nn.BatchNorm1d": [() => new nn.BatchNorm1d!(1), /^write new nn\.BatchNorm2d\(features\), and call it with x\.view/],
  "nn.L1Loss": [() => new nn.L1Loss!(), /^write outputs\.sub/],
  "optim.lr_scheduler": [
    () => (optim as never as Record<string, Names>).lr_scheduler!.StepLR!,
    /^write optim\.lrScheduler\.StepLR$/,
  ],
  "nn.Conv2D": [() => new nn.Conv2D!(1), /^write nn\.Conv2d$/],
  "nn.BatchNorm2D": [() => new nn.BatchNorm2D!(1), /^write nn\.BatchNorm2d$/],
  "nn.Relu": [() => new nn.Relu!(1), /^write nn\.ReLU$/],
  "nn.CrossEntropyLoss": [() => new nn.CrossEntropyLoss!(), /^write F\.crossEntropy\(logits, labels\)$/],
  "nn.ConvTranspose2d": [() => new nn.ConvTranspose2d!(1), /^ConvTranspose2d is not in kilograd: enlarge/],
  "optim.Adadelta": [() => new optim.Adadelta!([]), /^Adadelta is not in kilograd: optim\.Adam adapts/],
  "optim.Rprop": [() => new optim.Rprop!([]), /^optim has .*Adam, /],
  "nn.GroupNorm": [() => new nn.GroupNorm!(2, 8), /^write const g = x\.view\(x\.shape\[0\], groups, -1\)/],
  "F.one_hot": [() => F.one_hot!(1), /^write labels\.unsqueeze\(1\)\.eq\(arange\(10\)\)/],
  "a tensor's cumsum": [() => (x as never as Functions).cumsum!(1), /^for tensors write x\.matmul\(arange\(n\)/],
  "optim.sgd": [() => new optim.sgd!([]), /^write optim\.SGD$/],
  "another object": [() => (mistakes as unknown as Functions).log_softmax!(1), undefined],
  "another error": [() => (null as unknown as Names).x, undefined],
};
for (const [what, [make, hint]] of Object.entries(mistakes)) {
  test(`${what}: ${hint?.source ?? "no hint"}`, () => {
    assert.throws(make, (error) => {
      const found = nameHint(error);
      if (hint) assert.match(found ?? "", hint);
      else assert.equal(found, undefined);
      return true;
    });
  });
}

for (const [name, expression] of [
  ...Object.entries(expressions),
  ["bce", others.bceloss!],
  ["logits", others.bcewithlogitsloss!],
]) {
  test(`what the hint for ${name} says can be computed: ${expression}`, () => {
    const [images, targets] = [rand([2, 3, 4, 4]), ones([2, 3, 4, 4])];
    const values = { x: images, logits: images, outputs: images, targets };
    const result = (vm.runInNewContext(expression!, values) as Tensor).data();
    assert.ok(result.every(Number.isFinite));
  });
}

/** The code at the start of a hint, up to where its words begin, and what PyTorch 1.13 computes. */
const one = [[1, 2, 4, 9]];
for (const [hint, names, expected] of [
  [methods.cumsum!, { x: tensor(one), n: 4 }, [1, 3, 7, 16]],
  [
    methods.gather!,
    {
      x: tensor([
        [5, 6, 7],
        [1, 2, 3],
      ]),
      index: tensor([2, 0]).int(),
    },
    [7, 1],
  ],
  [others.onehot!.replace("10", "3"), { labels: tensor([2, 0]).int() }, [0, 0, 1, 1, 0, 0]],
  [others.layernorm!, { x: tensor(one) }, [-0.97332, -0.648879, 0, 1.622195]],
  [others.rmsnorm!, { x: tensor(one) }, [0.19803, 0.396059, 0.792118, 1.782265]],
  [
    others.instancenorm2d!,
    {
      x: tensor([
        [
          [
            [1, 2],
            [4, 9],
          ],
        ],
      ]),
    },
    [-0.97332, -0.648879, 0, 1.622195],
  ],
  [
    others
      .groupnorm!.replace(/^const g = (.*?); const y = /, "((g) => ")
      .replace(/; and .*/, ")(x.view(x.shape[0], groups, -1))"),
    { x: tensor([[[[1]], [[2]], [[3]], [[7]]]]), groups: 2 },
    [-0.99998, 0.99998, -0.999999, 0.999999],
  ],
  [others.upsample!, { x: tensor([[[[1, 2]]]]), n: 1, c: 1, h: 1, w: 2 }, [1, 1, 2, 2, 1, 1, 2, 2]],
  [others.pad!.slice(others.pad!.indexOf("cat(")), { x: tensor([[[[1, 2]]]]), n: 1, c: 1, h: 1 }, [0, 1, 2, 0]],
  [others.normalize!, { x: tensor([[3, 4]]) }, [0.6, 0.8]],
  [others.smoothl1loss!.replace(/^const d = .*?; const loss = /, ""), { d: tensor([0.5, 3]) }, [1.3125]],
] as const) {
  test(`what a hint computes is PyTorch's: ${hint}`, () => {
    const code = hint.replace(/, (?:times|for|where) .*| for (?:the|an) .*/, "");
    const values = [...(vm.runInNewContext(code, { arange, cat, zeros, ...names }) as Tensor).data()];
    assert.equal(values.length, expected.length);
    values.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 2e-5, `${i}: ${value}`));
  });
}

test("other runtimes' words for a missing export, and torch itself", () => {
  const missing = new SyntaxError("The requested module 'kilograd' does not provide an export named 'no_grad'");
  assert.match(nameHint(missing)!, /^write noGrad\(\(\) => …\), with import/);
  assert.equal(nameHint(new SyntaxError("'x' does not provide an export named 'manual_seed'")), "write manualSeed");
  assert.equal(nameHint(new SyntaxError("'x' does not provide an export named 'relu'")), "write F.relu");
  assert.equal(nameHint(new SyntaxError("'x' does not provide an export named 'conv_2d'")), "write F.conv2d");
  assert.equal(nameHint(new SyntaxError("'x' does not provide an export named 'Conv2D'")), "write nn.Conv2d");
  assert.match(nameHint(new ReferenceError("torch is not defined"))!, /^write import \{ F, nn, optim, tensor \}/);
  assert.equal(nameHint("text"), undefined);
});

const nnFile = new URL("../nn/index.ts", import.meta.url).href;
for (const [where, body, message] of [
  ["when it is read", "new nn.Conv2D(1, 2, 3);", /nn\.Conv2D is not a constructor\. Hint: write nn\.Conv2d\.$/m],
  [
    "in its forward",
    "export default class Net extends nn.Module { forward(x) { return F.log_softmax(x); } }",
    /^kilograd: net: \S*net\.mjs:3:\d+: TypeError: F\.log_softmax is not a function\. Hint: write F\.logSoftmax\.$/m,
  ],
] as const) {
  test(`a network's file that has such a name ${where}`, async (t) => {
    const file = path.join(temporaryFolder(t), "net.mjs");
    fs.writeFileSync(file, `import * as nn from ${JSON.stringify(nnFile)};\nconst F = nn.functional;\n${body}\n`);
    const { status, stderr } = await kilograd(["summary", file]);
    assert.match(stderr, message);
    assert.equal(status, 1);
  });
}
