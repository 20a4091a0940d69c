/**
 * Exported networks can be imported again: every format keeps the bits of all parameters and buffers, the outputs are
 * the same, and training continues as with the exported network.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { absolute, assertClose, assertCloseTo } from "./closeness.js";
import { exportNpz, exportOnnx, exportPytorch, exportSafetensors } from "../src/entries/export.js";
import { decodeStateDict, importOnnx } from "../src/entries/import.js";
import { configure, F, manualSeed, noGrad, optim, randn, tensor, type nn, type Tensor } from "../src/entries/index.js";
import { resolveConfig } from "../src/entries/train.js";
import { temporaryFolder } from "./idx-folder.js";
import { layerNetworks, stir } from "./layer-networks.js";
import { needs } from "./oracles.js";
import { runPython } from "./python.js";

before(() => configure({ threads: 1 }));

const labels = tensor(Int32Array.from({ length: 8 }, (_, i) => i));
/** A network as after a training, with changed weights, running statistics and counts. */
function trained(name: string): nn.Module {
  manualSeed(7);
  const model = stir(layerNetworks[name]!());
  steps(model, 2);
  return model;
}

/** Trains for a number of steps, always with the same images and random numbers. Returns the losses. */
function steps(model: nn.Module, count: number): number[] {
  manualSeed(11);
  const images = randn([8, 1, 28, 28]);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  model.train();
  return Array.from({ length: count }, () => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy((model as unknown as (x: Tensor) => Tensor)(images), labels);
    loss.backward();
    optimizer.step();
    return loss.item();
  });
}

function outputs(model: nn.Module): ArrayLike<number> {
  manualSeed(12);
  const images = randn([3, 1, 28, 28]);
  model.eval();
  return noGrad(() => (model as unknown as (x: Tensor) => Tensor)(images)).data();
}

/** The bits of a tensor as text, in which −0 differs from 0, and NaNs with different bits differ. */
function bits(held: Tensor): string {
  const { buffer, byteOffset, byteLength } = held.data();
  return `${held.dtype} ${held.shape.join()} ${Buffer.from(buffer, byteOffset, byteLength).toString("hex")}`;
}

const bitsOf = (model: nn.Module): Record<string, string> =>
  Object.fromEntries([...model.stateDict()].map(([name, held]) => [name, bits(held)]));

/** Loads weights exported by kilograd in PyTorch and saves them there, with `torch.save` and as safetensors. */
function throughPython(t: Parameters<typeof temporaryFolder>[0], model: nn.Module): Record<string, Uint8Array> {
  const folder = temporaryFolder(t);
  const config = resolveConfig("notebook");
  const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes: ["one"] };
  fs.writeFileSync(path.join(folder, "model.py"), exportPytorch(model, { config, images }));
  fs.writeFileSync(path.join(folder, "model.safetensors"), exportSafetensors(model));
  const program = `
import torch, model
network = model.${model.constructor.name}()
network.load_state_dict(model.load_safetensors("model.safetensors"))
torch.save(network.state_dict(), "again.pt")
model.save_safetensors("again.safetensors", network.state_dict())
`;
  runPython(["-c", program], folder);
  const read = (file: string): Uint8Array => fs.readFileSync(path.join(folder, file));
  return { "PyTorch's .pt": read("again.pt"), "safetensors by PyTorch": read("again.safetensors") };
}

/** Checks that a network that loads any of these files trains exactly like the original one. */
function checkFiles(name: string, model: nn.Module, files: Readonly<Record<string, Uint8Array>>): void {
  const [before, scores] = [bitsOf(model), outputs(model)];
  const losses = steps(model, 3);
  for (const [format, bytes] of Object.entries(files)) {
    const again = layerNetworks[name]!();
    again.loadStateDict(decodeStateDict(bytes, format));
    assert.deepEqual(bitsOf(again), before, format);
    assert.deepEqual(outputs(again), scores, format);
    assert.deepEqual(steps(again, 3), losses, format);
    assert.deepEqual(bitsOf(again), bitsOf(model), format);
  }
}

for (const name of Object.keys(layerNetworks)) {
  test(`${name}: weights come back from each format, and training continues with the same bits`, () => {
    const model = trained(name);
    checkFiles(name, model, { safetensors: exportSafetensors(model), npz: exportNpz(model) });
  });

  test(
    `${name}: weights that PyTorch has saved continue to train with the same bits`,
    needs("weights that PyTorch has saved", "torch"),
    (t) => {
      const model = trained(name);
      checkFiles(name, model, throughPython(t, model));
    },
  );

  test(`${name}: through ONNX the network itself comes back`, () => {
    const model = trained(name);
    const again = importOnnx(exportOnnx(model, [1, 28, 28]), "model.onnx");
    const [given, kept] = [bitsOf(model), bitsOf(again)];
    const shapeless = new Set(Object.values(kept));
    for (const [key, value] of Object.entries(given)) {
      // Inference does not need the number of batches. Weights of functions are named after the layers that they
      // become.
      if (key.endsWith("num_batches_tracked")) continue;
      if (key in kept) assert.equal(kept[key], value, key);
      else assert.ok(name === "functions" && shapeless.has(value), key);
    }
    const count = (network: nn.Module): number =>
      [...network.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
    // A batch norm without weights gets ones and zeros, which ONNX requires.
    const added = { exercise: 0, layers: 2 * 2 * 8, functions: 2 * 12 }[name]!;
    assert.equal(count(again), count(model) + added);
    const [ours, theirs] = [outputs(model), outputs(again)];
    assertClose(theirs, ours, absolute(1e-5), "the outputs");
    const [first, , , , last] = steps(again, 5) as [number, number, number, number, number];
    assert.ok(last < first, `the loss goes from ${first} to ${last}`);
    if (name === "exercise") {
      // Nothing in it is random or depends on the mode, so the losses are the same.
      const losses = steps(model, 5);
      assertCloseTo(first, losses[0]!, absolute(1e-5), "the first loss");
      assertCloseTo(last, losses[4]!, absolute(1e-4), "the last loss");
    }
  });
}
