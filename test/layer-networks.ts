/**
 * Networks that together have every kind of layer and every style: modules, functional calls, views, residual
 * additions, joined branches. They turn images [N,1,28,28] into scores or log-likelihoods of ten classes.
 */
import { cat, F, nn, ones, randn, type Tensor } from "../src/entries/index.js";
import { ExerciseNet } from "../src/entries/train.js";

/** A residual block: two convolutions, with the input added to their output. */
class Residual extends nn.Module {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly conv2: nn.Conv2d;

  constructor(channels: number) {
    super();
    this.conv1 = new nn.Conv2d(channels, channels, 3, { padding: "same", bias: false });
    this.bn1 = new nn.BatchNorm2d(channels, { eps: 1e-3, affine: false });
    this.conv2 = new nn.Conv2d(channels, channels, [3, 1], { padding: [1, 0], groups: 2 });
  }

  override forward(x: Tensor): Tensor {
    return F.relu(x.add(this.conv2(F.relu(this.bn1(this.conv1(x))))));
  }
}

/** A network with containers, strides, dilation, average pooling, dropout, and fully connected layers at the end. */
class Layers extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(1, 8, 5, { stride: 2, padding: 2 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.Conv2d(8, 8, 3, { dilation: 2, padding: 2 }),
    new nn.Sigmoid(),
    new nn.Dropout2d(0.1),
  );
  blocks = new nn.ModuleList([new Residual(8), new Residual(8)]);
  pool = new nn.AvgPool2d(3, { stride: 2, padding: 1, countIncludePad: false });
  uneven = new nn.AdaptiveAvgPool2d([3, 5]);
  head = new nn.Sequential({
    flatten: new nn.Flatten(),
    hidden: new nn.Linear(120, 24),
    tanh: new nn.Tanh(),
    drop: new nn.Dropout(0.2),
    identity: new nn.Identity(),
    scores: new nn.Linear(24, 10, { bias: false }),
    normalized: new nn.LogSoftmax(1),
  });

  override forward(images: Tensor): Tensor {
    let x = this.features(images);
    for (const block of this.blocks) x = block(x);
    return this.head(this.uneven(this.pool(x)));
  }
}

/**
 * A network that uses only functions of its own parameters: two branches that are joined, a view, slices, arithmetic.
 */
class Functions extends nn.Module {
  kernel = new nn.Parameter(randn([6, 1, 3, 3]).mul(0.3));
  shift = new nn.Parameter(randn([6]));
  runningMean = new nn.Buffer(randn([12]).mul(0.1));
  runningVar = new nn.Buffer(ones([12]));
  gain = new nn.Parameter(ones([1, 12, 1, 1]));
  weight = new nn.Parameter(randn([10, 12]));
  bias = new nn.Parameter(randn([10]));

  override forward(images: Tensor): Tensor {
    const edges = F.conv2d(images, this.kernel, this.shift, { stride: 2 });
    const [wide, high] = [F.maxPool2d(edges, [1, 3]), F.avgPool2d(edges, [3, 1])];
    const joined = cat([wide.slice(2, 1, 13, 3), high.slice(3, 0, 12, 3).flip(2)], 1);
    const normal = F.batchNorm(joined, this.runningMean, this.runningVar, {}).mul(this.gain).clamp(-2, 2);
    const pooled = F.adaptiveAvgPool2d(normal, 1).view(-1, 12);
    const gated = pooled.gt(0).where(pooled.exp().sub(1), pooled.abs().sqrt());
    return F.linear(gated.div(gated.square().sum(1, true).add(1)), this.weight, this.bias);
  }
}

export const layerNetworks: Readonly<Record<string, () => nn.Module>> = {
  exercise: () => new ExerciseNet(),
  layers: () => new Layers(),
  functions: () => new Functions(),
};

/** Changes running statistics from their initial values. */
export function stir(model: nn.Module): nn.Module {
  for (const [name, buffer] of model.namedBuffers()) {
    if (!/running/.test(name)) continue;
    buffer.setData(
      Float32Array.from(buffer.data(), (x, i) => x + ((name.endsWith("var") ? 0.5 : 0.1) * ((i % 5) + 1)) / 5),
    );
  }
  return model;
}
