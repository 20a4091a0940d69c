/** Exported networks of many styles train in PyTorch as they do here: the same losses for some steps, from the same weights. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { absolute, assertClose } from "./closeness.js";
import { exportPytorch, exportSafetensors } from "../src/entries/export.js";
import { configure, F, manualSeed, nn, noGrad, optim, rand, tensor, type Tensor } from "../src/entries/index.js";
import { resolveConfig } from "../src/entries/train.js";
import { temporaryFolder } from "./idx-folder.js";
import { needs } from "./oracles.js";
import { runPython } from "./python.js";

before(() => configure({ threads: 1 }));

const STEPS = 6;
const images = { size: [1, 12, 12], mean: 0, std: 1, classes: ["zero", "one"] };
const pixels = Float32Array.from({ length: 16 * 144 }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * i * 0.011));
const labels = Int32Array.from({ length: 16 }, (_, i) => (i * 7) % 10);

class Doubled extends nn.Conv2d {
  override forward(x: Tensor): Tensor {
    return super.forward(x).mul(2);
  }
}
class FrozenNorm extends nn.BatchNorm2d {
  override training = false;
}

/** Two convolutions and a linear layer, between which a style does what it wants. */
class Styled extends nn.Module {
  conv1: nn.Conv2d = new nn.Conv2d(1, 8, 3);
  conv2: nn.Conv2d = new nn.Conv2d(8, 8, 3, { padding: 1 });
  bn: nn.BatchNorm2d = new nn.BatchNorm2d(8);
  last = new nn.Linear(8, 10);
  extra: nn.Module = new nn.Identity();
  scale = new nn.Parameter(rand([8]).add(0.5));
  middle: (x: Tensor, net: Styled) => Tensor = (x) => x;
  override forward(x: Tensor): Tensor {
    x = this.middle(F.relu(this.bn(this.conv1(x))), this);
    return F.logSoftmax(this.last(x.mean([2, 3])), 1);
  }
}

type Change = (net: Styled) => void;
const through =
  (middle: Styled["middle"]): Change =>
  (net) => {
    net.middle = middle;
  };

const styles: Readonly<Record<string, Change>> = {
  plain: () => {},
  "a frozen batch norm": (net) => net.bn.eval(),
  "a frozen layer": (net) => [...net.conv1.parameters()].forEach((p) => (p.requiresGrad = false)),
  "one frozen parameter": (net) => (net.last.bias!.requiresGrad = false),
  "a frozen parameter of its own": (net) => {
    net.scale.requiresGrad = false;
    net.middle = (x) => x.mul(net.scale.view(1, 8, 1, 1));
  },
  "a frozen dropout, in a Sequential": (net) => {
    net.extra = new nn.Sequential(new nn.Conv2d(8, 8, 1), new nn.Dropout(0.9).eval());
    net.middle = (x) => (net.extra as nn.Sequential)(x);
  },
  "a frozen batch norm in a Sequential": (net) => {
    net.extra = new nn.Sequential(new nn.Conv2d(8, 8, 1), new nn.BatchNorm2d(8).eval());
    net.middle = (x) => (net.extra as nn.Sequential)(x);
  },
  "a batch norm whose class freezes it": (net) => {
    net.extra = new FrozenNorm(8);
    net.middle = (x) => (net.extra as FrozenNorm)(x);
  },
  "a layer's subclass": (net) =>
    (net.conv2 = new Doubled(8, 8, 3, { padding: 1 })) && through((x) => net.conv2(x))(net),
  "detach in a residual": through((x, net) => net.conv2(x).add(x.detach())),
  "a layer within noGrad": through((x, net) => x.add(noGrad(() => net.conv2(x)))),
  "a convolution within noGrad, and its bias": through((x, net) =>
    noGrad(() => F.conv2d(x, net.conv2.weight, null, { padding: 1 })).add(net.conv2.bias!.view(1, 8, 1, 1)),
  ),
  "statistics within noGrad": through((x) => x.sub(noGrad(() => x.mean([0, 2, 3], true)))),
  "a group norm by hand": through((x, net) => {
    const groups = x.view(x.shape[0]!, 2, -1);
    const centred = groups.sub(groups.mean([2], true));
    const normal = centred.div(centred.square().mean([2], true).add(1e-5).sqrt()).view(...x.shape);
    return normal.mul(net.scale.view(1, 8, 1, 1));
  }),
  "squeeze and excite": through((x, net) =>
    x.mul(
      net.scale
        .view(1, 8, 1, 1)
        .mul(x.mean([2, 3], true))
        .sigmoid(),
    ),
  ),
  "clamp at a bound": through((x) => x.clamp(0, 0.5)),
  "maxima, with ties": through((x) => x.maximum(0.25).add(x.amax([1], true))),
  "standardised weights": through((x, net) => {
    const w = net.conv2.weight;
    return F.conv2d(x, w.sub(w.mean([1, 2, 3], true)), net.conv2.bias, { padding: 1 });
  }),
  "tied weights": (net) => {
    const twin = new nn.Conv2d(8, 8, 3, { padding: 1 });
    (twin as { weight: nn.Parameter }).weight = net.conv2.weight;
    net.extra = twin;
    net.middle = (x) => (net.extra as nn.Conv2d)(F.relu(net.conv2(x)));
  },
  poolings: through((x) => F.avgPool2d(F.maxPool2d(x, 3, { stride: 1, padding: 1 }), 2)),
};

function make(change: Change): Styled {
  manualSeed(3);
  const net = new Styled();
  change(net);
  return net;
}

function losses(net: Styled): number[] {
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01 });
  return Array.from({ length: STEPS }, () => {
    optimizer.zeroGrad();
    const loss = F.nllLoss(net(tensor(pixels, [16, 1, 12, 12])), tensor(labels));
    loss.backward();
    optimizer.step();
    return loss.item();
  });
}

/** Trains each network <n>.py from <n>.safetensors, and prints its losses. */
const PROGRAM = `
import importlib, inspect, json, pathlib, sys, numpy, torch
sys.path.insert(0, ".")
images = torch.from_numpy(numpy.fromfile("images", "<f4").reshape(16, 1, 12, 12))
labels = torch.arange(16) * 7 % 10
for n in range(len(list(pathlib.Path(".").glob("network*.py")))):
    program = importlib.import_module(f"network{n}")
    network = [kind for kind in vars(program).values() if inspect.isclass(kind) and kind.__module__ == program.__name__][0]()
    network.load_state_dict(program.load_safetensors(f"{n}.safetensors"))
    network.eval()
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    losses = []
    for step in range(${STEPS}):
        optimizer.zero_grad()
        loss = torch.nn.functional.nll_loss(network(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(json.dumps(losses))
`;

test("networks of many styles train as in PyTorch", needs("the training of exported networks", "torch"), (t) => {
  const folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, "images"), Buffer.from(pixels.buffer));
  const nets = Object.values(styles).map(make);
  nets.forEach((net, n) => {
    const program = exportPytorch(net, { config: resolveConfig("notebook"), images });
    fs.writeFileSync(path.join(folder, `network${n}.py`), program);
    fs.writeFileSync(path.join(folder, `${n}.safetensors`), exportSafetensors(net));
  });
  const lines = runPython(["-c", PROGRAM], folder).trim().split("\n");
  assert.equal(lines.length, nets.length);
  Object.keys(styles).forEach((style, n) => {
    assertClose(losses(nets[n]!), JSON.parse(lines[n]!) as number[], absolute(2e-5), style);
  });
});

test(
  "the initial weights of a layer's subclass are drawn in PyTorch's order",
  needs("random numbers of subclasses", "torch"),
  (t) => {
    class Net extends nn.Module {
      first = new Doubled(1, 4, 3);
      bn = new FrozenNorm(4);
      second = new nn.Linear(4, 10);
      override forward(x: Tensor): Tensor {
        return this.second(this.bn(this.first(x)).mean([2, 3]));
      }
    }
    manualSeed(9);
    const net = new Net();
    const next = rand([3]).tolist();
    const folder = temporaryFolder(t);
    fs.writeFileSync(path.join(folder, "model.py"), exportPytorch(net, { config: resolveConfig("notebook"), images }));
    const program = `
import json, torch, model
torch.manual_seed(9)
network = model.Net()
print(json.dumps([torch.rand(3).tolist(), network.second.bias.tolist()]))
`;
    assert.deepEqual(JSON.parse(runPython(["-c", program], folder)), [next, net.second.bias!.tolist()]);
  },
);
