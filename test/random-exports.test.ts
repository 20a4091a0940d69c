/**
 * Random networks, exported and computed elsewhere: onnxruntime and PyTorch give what the float64 reference does.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { assertClose, ofLargest } from "./closeness.js";
import { exportOnnx, exportSafetensors } from "../src/entries/export.js";
import { importOnnx } from "../src/entries/import.js";
import { F, manualSeed, nn, rand, tensor, type Tensor } from "../src/entries/index.js";
import { networkSource } from "../src/export/pytorch/network-source.js";
import { evaluate } from "../src/reference/reference.js";
import { temporaryFolder } from "./idx-folder.js";
import { openOnnx } from "./onnx-session.js";
import { needs } from "./oracles.js";
import { runPython } from "./python.js";
import { checkRandomlyAsync } from "./random-checks.js";
import { exactNetworks, IMAGE, images, layeredNetworks } from "./random-networks.js";

type Net = nn.Module & ((x: Tensor) => Tensor);

/** What a network computes, in float64. */
const expectedOf = (model: Net) => evaluate([model(images).node])[0]!;

/** Exports a network, computes it in onnxruntime; the result must be the reference's. */
async function check(model: Net): Promise<void> {
  const expected = expectedOf(model);
  if (!expected.data.every(Number.isFinite)) return;
  const bytes = exportOnnx(model, IMAGE);
  const found = await (await openOnnx(bytes)).run(images.data() as Float32Array, images.shape);
  assert.deepEqual(found.shape, expected.shape);
  assertClose(found.data, expected.data, ofLargest(1e-5, 1), "onnxruntime");
  const again = importOnnx(bytes, "grown.onnx").eval()(images);
  assert.deepEqual(again.shape, expected.shape);
  assertClose(again.data(), expected.data, ofLargest(1e-5, 1), "imported again");
}

/** What looks like a layer, but has one operand more, or one of another size. */
const lookalikes: Readonly<Record<string, (x: Tensor, p: (...shape: number[]) => nn.Parameter) => Tensor>> = {
  "a convolution with a bias, and another addition": (x, p) =>
    F.conv2d(x, p(4, 3, 1, 1), p(4)).add(p(4).view(1, 4, 1, 1)),
  "a scale and a shift that are the same parameter": (x, p) => {
    const v = p(4).view(1, 4, 1, 1);
    return F.conv2d(x, p(4, 3, 1, 1))
      .mul(v)
      .add(v);
  },
  "a group norm by hand": (x, p) => {
    const y = F.conv2d(x, p(4, 3, 1, 1), p(4));
    const groups = y.view(y.shape[0]!, 2, -1);
    const centred = groups.sub(groups.mean([2], true));
    const normal = centred.div(centred.square().mean([2], true).add(1e-5).sqrt()).view(...y.shape);
    return normal.mul(p(4).view(1, 4, 1, 1)).add(p(4).view(1, 4, 1, 1));
  },
  "one channel plus a number for each of four": (x, p) => F.conv2d(x, p(1, 3, 1, 1)).add(p(4).view(1, 4, 1, 1)),
  "one channel, normalised with four means": (x, p) => {
    const scale = p(4).square().add(1e-5).rsqrt();
    return F.conv2d(x, p(1, 3, 1, 1))
      .sub(p(4).view(1, 4, 1, 1))
      .mul(scale.view(1, 4, 1, 1));
  },
  "a mean of integers": (x) => x.gt(0).mean([2, 3]),
  "a matrix of equal rows, from a vector": (x, p) => p(6).expand(6, 6).matmul(x.transpose(2, 3)),
};
for (const [name, compute] of Object.entries(lookalikes)) {
  class Lookalike extends nn.Module {
    readonly #held: nn.Parameter[] = [];
    override forward(x: Tensor): Tensor {
      let used = 0;
      return compute(x, (...shape) => {
        const at = used++;
        if (at === this.#held.length) {
          this.#held.push(new nn.Parameter(rand(shape).add(0.5)));
          this.registerParameter(`p${at}`, this.#held[at]!);
        }
        return this.#held[at]!;
      });
    }
  }
  test(`${name}: onnxruntime gives the same result`, async () => {
    manualSeed(4);
    const model = new Lookalike();
    model(images).data();
    await check(model);
  });
}

test("the sign of NaN is 0 in onnxruntime, too, and in the network that is imported again", async () => {
  class Signs extends nn.Module {
    override forward(x: Tensor): Tensor {
      return x.sign();
    }
  }
  const bytes = exportOnnx(new Signs(), [3]);
  const numbers = Float32Array.of(NaN, Infinity, -2, 0, -0, 3);
  const { data } = await (await openOnnx(bytes)).run(numbers, [2, 3]);
  const again = importOnnx(bytes, "signs.onnx")(tensor(numbers, [2, 3]));
  for (const found of [data, again.data()])
    assert.deepEqual(
      Array.from(found, (x) => x + 0),
      [0, 1, -1, 0, 0, 1],
    );
});

test("random graphs of exact ops give the same results in onnxruntime", async () => {
  await checkRandomlyAsync(fc.asyncProperty(exactNetworks, check), 80);
});

test("parts of layers in random order give the same results in onnxruntime", async () => {
  await checkRandomlyAsync(fc.asyncProperty(layeredNetworks, check), 100);
});

/** Runs each network n of the files <n>.py, with its weights in <n>.safetensors, and prints its output as a list. */
const PYTHON = `
import json, math, pathlib, struct, numpy, torch
import torch.nn.functional as F
from collections import OrderedDict
from torch import nn
images = torch.from_numpy(numpy.fromfile("images", "<f4").reshape(2, 3, 4, 6))
def load(path):
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    kinds = {"F32": "<f4", "I32": "<i4", "I64": "<i8"}
    return {name: torch.from_numpy(numpy.frombuffer(data[8 + length + entry["data_offsets"][0] : 8 + length + entry["data_offsets"][1]], kinds[entry["dtype"]]).reshape(entry["shape"]).copy())
            for name, entry in json.loads(data[8 : 8 + length]).items() if name != "__metadata__"}
for n in range(len(list(pathlib.Path(".").glob("*.py")))):
    scope = dict(globals())
    exec(pathlib.Path(f"{n}.py").read_text(), scope)
    network = scope["Grown"]()
    network.load_state_dict(load(f"{n}.safetensors"))
    output = network.eval()(images)
    print(json.dumps([list(output.shape), output.double().flatten().tolist()]))
`;

test("random networks give the same results in PyTorch", needs("random networks in PyTorch", "torch"), (t) => {
  const folder = temporaryFolder(t);
  const seed = Number(process.env["KILOGRAD_SEED"] ?? fc.sample(fc.nat(2 ** 31 - 1), 1)[0]);
  const drawn = [
    ...fc.sample(exactNetworks, { numRuns: 60, seed }),
    ...fc.sample(layeredNetworks, { numRuns: 120, seed }),
  ];
  const models = drawn.filter((model) => expectedOf(model).data.every(Number.isFinite));
  models.forEach((model, n) => {
    fs.writeFileSync(path.join(folder, `${n}.py`), networkSource(model, IMAGE));
    fs.writeFileSync(path.join(folder, `${n}.safetensors`), exportSafetensors(model));
  });
  fs.writeFileSync(path.join(folder, "images"), Buffer.from(images.data().buffer));
  const lines = runPython(["-c", PYTHON], folder).trim().split("\n");
  assert.equal(lines.length, models.length);
  lines.forEach((line, n) => {
    const [shape, output] = JSON.parse(line) as [number[], number[]];
    const [expected, what] = [expectedOf(models[n]!), `seed ${seed}, network ${n}: ${models[n]!.content}`];
    assert.deepEqual(shape, expected.shape, what);
    assertClose(output, expected.data, ofLargest(1e-5, 1), what);
  });
});
