/**
 * Runs exported networks in PyTorch: the bits of the parameters, the outputs and the next losses are the same, and two
 * processes can train a network together.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { before, test, type TestContext } from "node:test";
import { absolute, assertClose, assertCloseTo } from "./closeness.js";
import { MNIST, transforms } from "../src/entries/data.js";
import { exportNpz, exportPytorch, exportSafetensors } from "../src/entries/export.js";
import { configure, F, manualSeed, nn, noGrad, rand, zeros, type Tensor } from "../src/entries/index.js";
import {
  decodeSafetensors,
  makeTrainer,
  networks,
  resolveConfig,
  toTensors,
  type TrainConfig,
} from "../src/entries/train.js";
import { openData } from "../src/entries/train-node.js";
import { temporaryFolder } from "./idx-folder.js";
import { layerNetworks, stir } from "./layer-networks.js";
import { DroppingNetwork, namedNetwork, oddNetwork, sequentialNetwork } from "./odd-networks.js";
import { needs } from "./oracles.js";
import { runPython } from "./python.js";

const classes = Array.from({ length: 10 }, (_, i) => String(i));
const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes };
const data = path.dirname(new MNIST({ train: false }).files.images);

before(() => configure({ threads: 1, numerics: "fast" }));

/** Writes a network's program and weights into a new folder. */
function write(t: TestContext, model: nn.Module, config: TrainConfig): string {
  const folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, "model.py"), exportPytorch(model, { config, images }));
  fs.writeFileSync(path.join(folder, "model.safetensors"), exportSafetensors(model));
  fs.symlinkSync(data, path.join(folder, "MNIST"), "junction"); // the program looks here first
  return folder;
}

const digest = (elements: ArrayBufferView): string =>
  createHash("sha256")
    .update(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength))
    .digest("hex");

/** Prints the digest of each parameter and buffer, and the outputs for the images in a file, as JSON. */
const PROBE = `
import hashlib, inspect, json, sys, numpy, torch, model
kinds = [kind for kind in vars(model).values() if inspect.isclass(kind) and kind.__module__ == "model"]
network = kinds[0]().eval()
network.load_state_dict(model.load_safetensors("model.safetensors"))
images = torch.from_numpy(numpy.fromfile("images", "<f4").reshape(-1, 1, 28, 28))
assert all(t.dtype == torch.int64 for name, t in model.load_safetensors("model.safetensors").items() if "num_batches" in name)
digests = {name: hashlib.sha256((t.int() if not t.is_floating_point() else t).detach().numpy().tobytes()).hexdigest()
           for name, t in network.state_dict().items()}
outputs = network(images).flatten().tolist()
model.save_safetensors("again.safetensors", network.state_dict())
print(json.dumps({"digests": digests, "outputs": outputs}))
`;

const rootNetworks: Readonly<Record<string, () => nn.Module>> = {
  sequential: sequentialNetwork,
  "named sequential": namedNetwork,
  "sequential of dropout": () => new DroppingNetwork(),
  "single layer": () => new nn.Conv2d(1, 10, 28),
};

for (const [name, make] of Object.entries({ ...layerNetworks, odd: oddNetwork, ...rootNetworks })) {
  test(
    `${name}: PyTorch has the same bits and gives the same scores`,
    needs("exported networks in PyTorch", "torch"),
    (t) => {
      manualSeed(5);
      const model = stir(make()).eval();
      const folder = write(t, model, resolveConfig("notebook"));
      const transform = transforms.compose([transforms.toTensor(), transforms.normalize([0.1307], [0.3081])]);
      const batch = new MNIST({ train: false, transform }).batch(
        Array.from({ length: 100 }, (_, i) => i),
        () => assert.fail("nothing is random"),
      )[0];
      fs.writeFileSync(path.join(folder, "images"), Buffer.from(batch.data().buffer));
      const { digests, outputs } = JSON.parse(runPython(["-c", PROBE], folder)) as {
        digests: Record<string, string>;
        outputs: number[];
      };
      const expected = [...model.stateDict()].map(([key, held]) => [key, digest(held.data())] as const);
      assert.deepEqual(digests, Object.fromEntries(expected));
      const ours = noGrad(() => model(batch)).data();
      assert.equal(outputs.length, 1000);
      assertClose(ours, outputs, absolute(1e-5), "the outputs");

      // The program writes the same weights that it has read.
      const again = decodeSafetensors(fs.readFileSync(path.join(folder, "again.safetensors")), "again.safetensors");
      assert.deepEqual(
        [...again.tensors].map(([key, held]) => [key, digest(held.data)]).sort(),
        expected.map((entry) => [...entry]).sort(),
      );
    },
  );
}

const options = { config: resolveConfig("notebook"), images };

test("functional dropout drops in training, as in kilograd", () => {
  const text = exportPytorch(oddNetwork(), options);
  assert.match(text, /= F\.dropout2d\(x, p=0\.5, training=self\.training\)\n/);
  assert.match(text, /= F\.dropout\(x, p=0\.25, training=self\.training\)\n/);
  assert.match(text, /= getattr\(self\.group, "0"\)\(x\)\n/);
});

test("a Sequential is written as a Sequential with PyTorch's own forward", () => {
  const text = exportPytorch(sequentialNetwork(), options);
  const source = text.slice(text.indexOf("class Network"), text.indexOf("\n\n\n", text.indexOf("class Network")));
  assert.equal(
    source,
    `class Network(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Sequential(
                nn.Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1)),
                nn.ReLU(),
                nn.Sequential(
                    nn.BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True),
                    nn.ReLU(),
                ),
            ),
            nn.Sequential(
                nn.Dropout(p=0.1, inplace=False),
            ),
            nn.AdaptiveAvgPool2d(output_size=2),
            nn.Flatten(start_dim=1, end_dim=-1),
            nn.Sequential(OrderedDict([
                ("drop", nn.Sequential(
                    nn.Identity(),
                    nn.Dropout(p=0.1, inplace=False),
                )),
                ("scores", nn.Linear(in_features=16, out_features=10, bias=True)),
            ])),
        )
        self[0][2][1] = self[0][1]`,
  );
});

test("a name with two leading underscores, which Python would change, is set as text", () => {
  const model = networkWith((x) => x);
  model.addModule("__hidden", new nn.ReLU());
  assert.match(exportPytorch(model, options), /setattr\(self, "__hidden", nn\.ReLU\(\)\)/);
});

test("a Sequential that only drops is called in training", () => {
  const text = exportPytorch(new DroppingNetwork(), options);
  assert.match(text, /x = self\.conv\(images\)\n +x = self\.drop\(x\)\n +x = self\.again\(x\)\n/);
});

/** A network that applies a function to a convolution's output, and has two buffers for it. */
function networkWith(make: (x: Tensor, training: boolean, buffers: readonly [Tensor, Tensor]) => Tensor): nn.Module {
  class Net extends nn.Module {
    conv = new nn.Conv2d(1, 4, 3);
    mean = new nn.Buffer(zeros([4]));
    variance = new nn.Buffer(zeros([4]));
    override forward(x: Tensor): Tensor {
      return make(this.conv(x), this.training, [this.mean, this.variance]).mean([2, 3]);
    }
  }
  return new Net();
}

const refusals: readonly (readonly [what: string, model: () => nn.Module, message: RegExp])[] = [
  [
    "functional batch norm that updates its statistics",
    () => networkWith((x, training, [mean, variance]) => F.batchNorm(x, mean, variance, { training })),
    /batchNorm in the network's forward cannot be exported: the network computes something different in training than in evaluation\. Hint: use modules: nn\.BatchNorm2d/,
  ],
  [
    "a different forward in training",
    () => networkWith((x, training) => (training ? x.mul(2) : x)),
    /mul in the network's forward cannot be exported: the network computes something different in training/,
  ],
  [
    "dropout that always drops",
    () => networkWith((x) => F.dropout(x, 0.1)),
    /dropout in the network's forward cannot be exported: it also drops elements in evaluation\. Hint: drop elements only in training: F\.dropout\(x, p, this\.training\)/,
  ],
  [
    "a name that PyTorch's modules use for something else",
    () => {
      const model = networkWith((x) => x);
      model.addModule("share_memory", new nn.ReLU());
      return model;
    },
    /PyTorch's modules already have a member called share_memory, so .*Hint: rename self\.share_memory/,
  ],
  [
    "a name that Python gives a meaning of its own",
    () => {
      const model = networkWith((x) => x);
      model.addModule("__init__", new nn.ReLU());
      return model;
    },
    /PyTorch's modules cannot have a member called __init__\. Hint: rename this field of self/,
  ],
  [
    "random numbers",
    () => networkWith((x) => x.add(rand([1]))),
    /live in the network's forward cannot be exported: it depends on random numbers, .*new nn\.Buffer\(rand/,
  ],
  [
    "a name that PyTorch's Sequential uses for something else",
    () => new nn.Sequential({ append: new nn.Conv2d(1, 4, 3) }),
    /PyTorch's modules already have a member called append/,
  ],
];

for (const [what, model, message] of refusals) {
  test(`${what} is refused`, () => assert.throws(() => exportPytorch(model(), options), message));
}

test("exporting does not change modes, buffers or the random state", () => {
  const model = networkWith((x, training, [mean, variance]) => F.batchNorm(x, mean, variance, { training }));
  const conv = (model as unknown as { conv: nn.Conv2d }).conv.eval();
  manualSeed(1);
  assert.throws(() => exportPytorch(model, options));
  assert.deepEqual([model.training, conv.training], [true, false]);
  for (const buffer of model.buffers()) assert.deepEqual(buffer.tolist(), [0, 0, 0, 0]);
  const next = rand([1]).item();
  manualSeed(1);
  assert.equal(next, rand([1]).item());
});

/** A network whose outputs are scores. */
class Scores extends nn.Module {
  conv = new nn.Conv2d(1, 8, 5, { stride: 2 });
  classify = new nn.Conv2d(8, 10, 12);

  override forward(images: Tensor): Tensor {
    return this.classify(F.relu(this.conv(images))).view(-1, 10);
  }
}

const makers = { nll: networks["exercise"]!, "cross-entropy": () => new Scores() };

test(
  "the program keeps what the weights' file says about itself, with the epoch and accuracy that it reached",
  needs("the files that exported programs save", "torch"),
  (t) => {
    const model = networks["exercise"]!();
    const folder = write(t, model, resolveConfig("notebook"));
    const metadata = { network: "exercise", classes: "[]", epoch: "3", accuracy: "9/10" };
    fs.writeFileSync(path.join(folder, "model.safetensors"), exportSafetensors(model, metadata));
    const program = `
import model, torch
from types import SimpleNamespace
model.read_images = lambda folder, part: (torch.zeros(40, 28, 28, dtype=torch.uint8), torch.zeros(40, dtype=torch.int64))
model.train(SimpleNamespace(weights="model.safetensors", data="x", epochs=2, steps=None, print_steps=0, out="trained.safetensors"))
`;
    runPython(["-c", program], folder);
    const trained = decodeSafetensors(fs.readFileSync(path.join(folder, "trained.safetensors")), "trained.safetensors");
    const { accuracy, ...others } = trained.metadata;
    assert.deepEqual(others, { format: "pt", network: "exercise", classes: "[]", epoch: "5" });
    assert.match(accuracy!, /^\d+\/40$/);
    assert.deepEqual(trained.tensors.get("bn1.num_batches_tracked")!.data, Int32Array.of(4));
    model.loadStateDict(toTensors(trained.tensors));
  },
);

/** A network that has been trained for a number of steps. */
async function trained(config: TrainConfig, steps: number): Promise<nn.Module> {
  const trainer = makeTrainer(config, makers[config.loss], openData("mnist", config.augment));
  trainer.on("step", ({ batch }) => batch + 1 === steps && trainer.stop());
  await trainer.run();
  return trainer.model;
}

/** The first losses of a training with this recipe that starts from these weights. */
async function nextLosses(config: TrainConfig, weights: nn.Module, steps: number): Promise<number[]> {
  const state = new Map(
    [...weights.stateDict()].map(([name, held]) => [name, { shape: held.shape, data: held.data() }]),
  );
  const trainer = makeTrainer(config, makers[config.loss], openData("mnist", config.augment));
  trainer.model.loadStateDict(toTensors(state));
  const losses: number[] = [];
  trainer.on("step", ({ loss }) => {
    if (losses.push(loss) === steps) trainer.stop();
  });
  await trainer.run();
  return losses;
}

const lossesIn = (text: string): number[] =>
  [...text.matchAll(/^step \d+ loss (\S+)$/gm)].map(([, loss]) => Number(loss));

const recipes = {
  notebook: resolveConfig("notebook", { seed: 4 }),
  default: resolveConfig("default", { seed: 4 }),
  "cross-entropy": resolveConfig("notebook", { seed: 4, loss: "cross-entropy" }),
  "default, cropped": resolveConfig("default", { seed: 4, earlyCrop: { size: 23, epochs: 1 } }),
};
for (const [recipe, config] of Object.entries(recipes)) {
  test(
    `${recipe}: the next ten losses equal PyTorch's within 1e-3`,
    needs("training that goes on in PyTorch", "torch"),
    async (t) => {
      const model = await trained(config, 40);
      const folder = write(t, model, config);
      const theirs = lossesIn(runPython(["model.py", "--steps", "10", "--print-steps", "10"], folder));
      const ours = await nextLosses(config, model, 10);
      assert.equal(theirs.length, 10);
      const far = Math.max(...ours.map((loss, i) => Math.abs(loss - theirs[i]!)));
      t.diagnostic(`largest difference ${far}`);
      assert.ok(far <= 1e-3, `${theirs.join()} instead of ${ours.join()}`);
    },
  );
}

/**
 * With Python 3.11, the launcher of PyTorch 1.13 cannot express "redirect nothing", because iterating over a Flag skips
 * its zero. A map that names only a process that does not exist has the same effect.
 */
const launcherRepair = ["--redirects", "9:3", "--tee", "9:3"];

test(
  "two processes train it together with the losses of one, and the loss falls",
  needs("training in two processes", "torch"),
  async (t) => {
    const config = resolveConfig("notebook", { seed: 4, lr: 0.05 });
    const folder = write(t, await trained(config, 40), config);
    const program = ["model.py", "--data", data, "--steps", "60", "--print-steps", "60"];
    const launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", ...launcherRepair];
    const losses = lossesIn(runPython([...launch, ...program], folder));
    assert.equal(losses.length, 60);
    const average = (part: readonly number[]): number => part.reduce((sum, x) => sum + x, 0) / part.length;
    const [first, last] = [average(losses.slice(0, 10)), average(losses.slice(-10))];
    assert.ok(last < 0.8 * first, `from ${first} to ${last}`);
    // Batch norm sees half of a batch in each process, so the losses are close but not equal.
    const alone = lossesIn(runPython(program, folder));
    assertCloseTo(average(alone), average(losses), absolute(0.1), "the loss alone");
  },
);

test("NumPy reads the .npz, with dots in its names", needs("exported .npz files in NumPy", "numpy"), (t) => {
  const model = layerNetworks["layers"]!();
  const file = path.join(temporaryFolder(t), "model.npz");
  fs.writeFileSync(file, exportNpz(model));
  const program = `
import hashlib, json, numpy
arrays = numpy.load(${JSON.stringify(file)}, allow_pickle=False)
hashed = lambda a: hashlib.sha256((a.astype("<i4") if a.dtype.kind == "i" else a).tobytes()).hexdigest()
print(json.dumps({name: [list(a.shape), str(a.dtype), hashed(a)] for name, a in arrays.items()}))
`;
  const read: unknown = JSON.parse(runPython(["-c", program]));
  // The counts of batches are int64, as in PyTorch.
  const expected = [...model.stateDict()].map(([name, held]) => [
    name,
    [held.shape, held.dtype === "int32" ? "int64" : held.dtype, digest(held.data())],
  ]);
  assert.deepEqual(read, Object.fromEntries(expected));
});
