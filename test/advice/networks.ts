/** Networks in the styles of other people, for the test that says exactly what advice each of them gets. */
import * as nn from "../../src/nn/index.js";
import { cat, ones, zeros } from "../../src/tensor/creation.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { average, block, classify, flatten, logSoftmax, pool, relu } from "./modules.js";

/** A module from a function of its input; its other modules are `parts`. */
class Custom<M extends readonly nn.Module[]> extends nn.Module {
  readonly parts: nn.ModuleList;
  constructor(
    readonly compute: (x: Tensor, ...parts: M) => Tensor,
    ...parts: M
  ) {
    super();
    this.parts = new nn.ModuleList([...parts]);
  }
  override forward(x: Tensor): Tensor {
    return this.compute(x, ...([...this.parts] as unknown as M));
  }
}
const custom = <M extends readonly nn.Module[]>(compute: (x: Tensor, ...parts: M) => Tensor, ...parts: M): nn.Module =>
  new Custom(compute, ...parts);
const seq = (...modules: nn.Module[]): nn.Module => new nn.Sequential(...modules);
const conv = (from: number, to: number, kernel = 3, options: nn.Conv2dOptions = {}): nn.Module =>
  new nn.Conv2d(from, to, kernel, options);
const padded = { padding: 1 };
const head = (channels: number, classes = 10): nn.Module[] => [
  average,
  classify(channels, classes),
  flatten,
  logSoftmax,
];

/** Statistics over the axes of `groups` groups of channels, written with plain tensor functions. */
export class GroupNorm extends nn.Module {
  readonly weight: nn.Parameter;
  readonly bias: nn.Parameter;
  constructor(
    readonly groups: number,
    channels: number,
  ) {
    super();
    this.weight = new nn.Parameter(ones([channels]));
    this.bias = new nn.Parameter(zeros([channels]));
  }
  override forward(x: Tensor): Tensor {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const grouped = x.view(n, this.groups, -1);
    const mean = grouped.mean(2, true);
    const variance = grouped.sub(mean).square().mean(2, true);
    const normalized = grouped.sub(mean).div(variance.add(1e-5).sqrt()).view(n, c, h, w);
    return normalized.mul(this.weight.view(1, c, 1, 1)).add(this.bias.view(1, c, 1, 1));
  }
}

/** Batch norm over parts of the batch, as in the course's later sessions. */
class GhostBatchNorm extends nn.BatchNorm2d {
  override forward(x: Tensor): Tensor {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    if (!this.training) return super.forward(x);
    return super.forward(x.view(n / 2, c * 2, h, w)).view(n, c, h, w);
  }
}

const instanceNorm = (): nn.Module =>
  custom((x) => {
    const mean = x.mean([2, 3], true);
    const variance = x.sub(mean).pow(2).mean([2, 3], true);
    return x.sub(mean).div(variance.add(1e-5).sqrt());
  });

const normalized = (from: number, to: number, norm: nn.Module, options = {}): nn.Module[] => [
  conv(from, to, 3, options),
  norm,
  relu,
];

const squeezeAndExcite = (channels: number): nn.Module =>
  custom(
    (x, squeeze, excite) => x.mul(excite(squeeze(x.mean([2, 3], true)).relu()).sigmoid()),
    conv(channels, channels / 4, 1),
    conv(channels / 4, channels, 1),
  );

const squeezeAndExciteLinear = (channels: number): nn.Module =>
  custom(
    (x, squeeze, excite) =>
      x.mul(
        excite(squeeze(x.mean([2, 3])).relu())
          .sigmoid()
          .view(-1, channels, 1, 1),
      ),
    new nn.Linear(channels, channels / 4),
    new nn.Linear(channels / 4, channels),
  );

const depthwise = (from: number, to: number, stride = 1): nn.Module[] => [
  conv(from, from, 3, { groups: from, padding: 1, stride }),
  new nn.BatchNorm2d(from),
  relu,
  ...block(from, to, 1),
];
/** Without anything in between, as Keras's SeparableConv2D. */
const separable = (from: number, to: number): nn.Module[] => [
  conv(from, from, 3, { groups: from, padding: 1, bias: false }),
  ...block(from, to, 1),
];

const invertedResidual = (from: number, to: number, stride = 1): nn.Module => {
  const body = seq(
    ...block(from, from * 3, 1),
    conv(from * 3, from * 3, 3, { groups: from * 3, padding: 1, stride }),
    new nn.BatchNorm2d(from * 3),
    relu,
    conv(from * 3, to, 1),
    new nn.BatchNorm2d(to),
  );
  return custom((x, inner) => (from === to && stride === 1 ? inner(x).add(x) : inner(x)), body);
};

const residual = (channels: number): nn.Module =>
  custom(
    (x, inner) => inner(x).add(x).relu(),
    seq(...block(channels, channels, 3, padded), conv(channels, channels, 3, padded), new nn.BatchNorm2d(channels)),
  );
const residualDown = (from: number, to: number): nn.Module =>
  custom(
    (x, inner, shortcut) => inner(x).add(shortcut(x)).relu(),
    seq(...block(from, to, 3, { padding: 1, stride: 2 }), conv(to, to, 3, padded), new nn.BatchNorm2d(to)),
    seq(conv(from, to, 1, { stride: 2 }), new nn.BatchNorm2d(to)),
  );
const preActivation = (channels: number): nn.Module => {
  const half = (): nn.Module[] => [new nn.BatchNorm2d(channels), relu, conv(channels, channels, 3, padded)];
  return custom((x, inner) => inner(x).add(x), seq(...half(), ...half()));
};
const dense = (from: number, growth: number): nn.Module =>
  custom((x, inner) => cat([x, inner(x)], 1), seq(new nn.BatchNorm2d(from), relu, conv(from, growth, 3, padded)));
const fire = (from: number, squeeze: number, expand: number): nn.Module =>
  custom(
    (x, before, small, large) => {
      x = before(x).relu();
      return cat([small(x).relu(), large(x).relu()], 1);
    },
    conv(from, squeeze, 1),
    conv(squeeze, expand, 1),
    conv(squeeze, expand, 3, padded),
  );
const inception = (from: number, each: number): nn.Module =>
  custom(
    (x, ...branches) =>
      cat(
        branches.map((branch) => branch(x)),
        1,
      ),
    seq(...block(from, each, 1)),
    seq(...block(from, each, 1), ...block(each, each, 3, padded)),
    seq(...block(from, each, 1), ...block(each, each, 3, padded), ...block(each, each, 3, padded)),
  );
const activated = (activation: (x: Tensor) => Tensor): nn.Module =>
  seq(
    ...[1, 8, 16].flatMap((from, i) => [
      conv(from, [8, 16, 32][i]!),
      new nn.BatchNorm2d([8, 16, 32][i]!),
      custom(activation),
    ]),
    pool,
    conv(32, 8, 1),
    new nn.BatchNorm2d(8),
    custom(activation),
    ...[8, 16].flatMap((from) => [conv(from, 16), new nn.BatchNorm2d(16), custom(activation)]),
    ...head(16),
  );
/** The exercise's shape, with another norm. */
const withNorm = (norm: (channels: number) => nn.Module): nn.Module =>
  seq(
    ...[1, 8, 16].flatMap((from, i) => normalized(from, [8, 16, 32][i]!, norm([8, 16, 32][i]!))),
    pool,
    ...[conv(32, 8, 1), norm(8), relu],
    ...[8, 16].flatMap((from) => normalized(from, 16, norm(16))),
    ...head(16),
  );
/** A gate per channel and a gate per position, as in CBAM. */
const attention = (channels: number): nn.Module =>
  custom(
    (x, channel, position) => {
      x = x.mul(
        channel(x.mean([2, 3], true))
          .add(channel(x.amax([2, 3], true)))
          .sigmoid(),
      );
      const both = cat([x.mean(1, true), x.amax(1, true)], 1);
      return x.mul(position(both).sigmoid());
    },
    seq(conv(channels, channels / 4, 1), relu, conv(channels / 4, channels, 1)),
    conv(2, 1, 7, { padding: 3 }),
  );
/** A norm over the channels of each position, and a wide depthwise kernel. */
const convNeXt = (channels: number): nn.Module =>
  custom(
    (x, wide, expand, project) => {
      const y = wide(x);
      const centred = y.sub(y.mean(1, true));
      const even = centred.mul(centred.square().mean(1, true).add(1e-6).rsqrt());
      return project(gelu(expand(even))).add(x);
    },
    conv(channels, channels, 7, { padding: 3, groups: channels }),
    conv(channels, channels * 4, 1),
    conv(channels * 4, channels, 1),
  );
const gelu = (x: Tensor): Tensor => x.mul(x.mul(1.702).sigmoid());
const gate = (x: Tensor): Tensor => x.mul(x.sigmoid());
const softplus = (x: Tensor): Tensor => x.exp().add(1).log();

interface Styled {
  readonly make: () => nn.Module;
  readonly input?: readonly number[];
}

/** By what they are called. */
export const styles: Readonly<Record<string, Styled>> = {
  "ghost batch norm": { make: () => withNorm((channels) => new GhostBatchNorm(channels)) },
  "a hand-written GroupNorm": { make: () => withNorm((channels) => new GroupNorm(4, channels)) },
  "a hand-written LayerNorm": { make: () => withNorm((channels) => new GroupNorm(1, channels)) },
  "a hand-written InstanceNorm": { make: () => withNorm(instanceNorm) },
  "squeeze-and-excite": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        squeezeAndExcite(16),
        pool,
        ...block(16, 16),
        squeezeAndExcite(16),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "squeeze-and-excite with linear layers": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        pool,
        ...block(16, 16),
        squeezeAndExciteLinear(16),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "attention over channels and positions": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        attention(16),
        pool,
        ...block(16, 16),
        attention(16),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "ConvNeXt's blocks": {
    input: [3, 32, 32],
    make: () =>
      seq(
        conv(3, 16, 2, { stride: 2 }),
        convNeXt(16),
        convNeXt(16),
        conv(16, 32, 2, { stride: 2 }),
        convNeXt(32),
        ...head(32),
      ),
  },
  "a norm written out in forward": {
    make: () =>
      withNorm(() =>
        custom((x, identity) => {
          const y = identity(x);
          const mean = y.mean([1, 2, 3], true);
          return y.sub(mean).div(y.sub(mean).pow(2).mean([1, 2, 3], true).add(1e-5).sqrt());
        }, new nn.Identity()),
      ),
  },
  "channels shuffled between groups": {
    make: () => {
      const shuffle = custom((x) => {
        const [n, c, h, w] = x.shape as [number, number, number, number];
        return x
          .view(n, 4, c / 4, h, w)
          .transpose(1, 2)
          .reshape(n, c, h, w);
      });
      const unit = seq(
        ...block(16, 16, 1, { groups: 4 }),
        shuffle,
        conv(16, 16, 3, { groups: 16, padding: 1 }),
        new nn.BatchNorm2d(16),
        ...block(16, 16, 1, { groups: 4 }),
      );
      return seq(...block(1, 16), ...block(16, 16), pool, unit, unit, unit, ...head(16));
    },
  },
  "whole channels dropped, a little, and logits for crossEntropy": {
    make: () =>
      seq(
        ...block(1, 8),
        new nn.Dropout2d(0.05),
        ...block(8, 16),
        pool,
        ...block(16, 16),
        ...block(16, 16),
        ...block(16, 16),
        average,
        new nn.Dropout(0.01),
        classify(16),
        flatten,
      ),
  },
  "a ResNet for large images": {
    input: [3, 224, 224],
    make: () =>
      seq(
        ...block(3, 16, 7, { stride: 2, padding: 3 }),
        new nn.MaxPool2d(3, 2, 1),
        residual(16),
        residualDown(16, 32),
        residualDown(32, 64),
        residualDown(64, 64),
        ...head(64, 1000),
      ),
  },
  "depthwise and pointwise pairs": {
    make: () =>
      seq(
        ...block(1, 16),
        ...depthwise(16, 16),
        pool,
        ...depthwise(16, 32),
        ...depthwise(32, 32),
        ...depthwise(32, 32),
        ...head(32),
      ),
  },
  "separable convolutions without an activation in between": {
    make: () =>
      seq(
        ...block(1, 16),
        ...separable(16, 16),
        pool,
        ...separable(16, 32),
        ...separable(32, 32),
        ...separable(32, 32),
        ...head(32),
      ),
  },
  "MobileNetV2's bottlenecks": {
    make: () =>
      seq(
        ...block(1, 8),
        invertedResidual(8, 8),
        invertedResidual(8, 12, 2),
        invertedResidual(12, 12),
        invertedResidual(12, 16),
        invertedResidual(16, 16),
        ...block(16, 32, 1),
        ...head(32),
      ),
  },
  "dilated convolutions": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16, 3, { dilation: 2 }),
        ...block(16, 16, 3, { dilation: 4 }),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "residual blocks": {
    make: () => seq(...block(1, 16), residual(16), pool, residual(16), residual(16), ...head(16)),
  },
  "a ResNet for CIFAR": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        residual(16),
        residualDown(16, 32),
        residual(32),
        residualDown(32, 64),
        ...head(64),
      ),
  },
  "pre-activation residual blocks": {
    make: () =>
      seq(
        conv(1, 16),
        preActivation(16),
        pool,
        preActivation(16),
        preActivation(16),
        new nn.BatchNorm2d(16),
        relu,
        ...head(16),
      ),
  },
  "LeNet-5": {
    make: () =>
      seq(
        conv(1, 6, 5, { padding: 2 }),
        new nn.Tanh(),
        new nn.AvgPool2d(2),
        conv(6, 16, 5),
        new nn.Tanh(),
        new nn.AvgPool2d(2),
        flatten,
        new nn.Linear(400, 120),
        new nn.Tanh(),
        new nn.Linear(120, 84),
        new nn.Tanh(),
        new nn.Linear(84, 10),
      ),
  },
  "dense blocks": {
    make: () =>
      seq(
        conv(1, 8, 3, padded),
        dense(8, 8),
        dense(16, 8),
        new nn.BatchNorm2d(24),
        relu,
        conv(24, 12, 1),
        new nn.AvgPool2d(2),
        dense(12, 8),
        dense(20, 8),
        dense(28, 8),
        new nn.BatchNorm2d(36),
        relu,
        ...head(36),
      ),
  },
  "Inception's branches": {
    make: () => seq(...block(1, 8), ...block(8, 16), pool, inception(16, 8), inception(24, 8), ...head(24)),
  },
  "fire modules": {
    make: () =>
      seq(
        ...block(1, 16),
        ...block(16, 16),
        pool,
        fire(16, 4, 8),
        fire(16, 4, 8),
        fire(16, 8, 16),
        classify(32),
        average,
        flatten,
        logSoftmax,
      ),
  },
  "strides instead of pooling": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        ...block(16, 16, 3, { stride: 2 }),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "all convolutions": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        ...block(16, 16, 2, { stride: 2 }),
        ...block(16, 16),
        ...block(16, 16),
        ...block(16, 16),
        classify(16),
        average,
        flatten,
        logSoftmax,
      ),
  },
  "a network in a network": {
    make: () =>
      seq(
        ...block(1, 16),
        ...block(16, 16, 1),
        ...block(16, 16),
        pool,
        ...block(16, 16),
        ...block(16, 16, 1),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  GELU: { make: () => activated(gelu) },
  "GELU with tanh": {
    make: () =>
      activated((x) =>
        x.mul(0.5).mul(
          x
            .add(x.pow(3).mul(0.044715))
            .mul(Math.sqrt(2 / Math.PI))
            .tanh()
            .add(1),
        ),
      ),
  },
  SiLU: { make: () => activated(gate) },
  Mish: { make: () => activated((x) => x.mul(softplus(x).tanh())) },
  "leaky ReLU": { make: () => activated((x) => x.relu().sub(x.neg().relu().mul(0.01))) },
  "a hard swish": { make: () => activated((x) => x.mul(x.add(3).clamp(0, 6)).div(6)) },
  "a convolution that is called three times": {
    make: () =>
      seq(
        ...block(1, 16),
        custom((x, step) => step(step(step(x))), seq(...block(16, 16, 3, padded))),
        pool,
        custom((x, step) => step(step(x)), seq(...block(16, 16, 3, padded))),
        ...head(16),
      ),
  },
  "convolution, ReLU, batch norm, dropout": {
    make: () =>
      seq(
        ...[1, 8, 16].flatMap((from, i) => [
          conv(from, [8, 16, 16][i]!),
          relu,
          new nn.BatchNorm2d([8, 16, 16][i]!),
          new nn.Dropout(0.05),
        ]),
        pool,
        ...[16, 16].flatMap((from) => [conv(from, 16), relu, new nn.BatchNorm2d(16), new nn.Dropout(0.05)]),
        classify(16),
        average,
        flatten,
        logSoftmax,
      ),
  },
  "the same with the mean before the prediction": {
    make: () =>
      seq(
        ...[1, 8, 16].flatMap((from, i) => [
          conv(from, [8, 16, 16][i]!),
          relu,
          new nn.BatchNorm2d([8, 16, 16][i]!),
          new nn.Dropout(0.05),
        ]),
        pool,
        ...[16, 16].flatMap((from) => [conv(from, 16), relu, new nn.BatchNorm2d(16), new nn.Dropout(0.05)]),
        ...head(16),
      ),
  },
  "a VGG for CIFAR": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 32, 3, padded),
        ...block(32, 32, 3, padded),
        pool,
        ...block(32, 64, 3, padded),
        ...block(64, 64, 3, padded),
        pool,
        ...block(64, 128, 3, padded),
        ...block(128, 128, 3, padded),
        ...head(128),
      ),
  },
  "too small a network": { make: () => seq(...block(1, 4), pool, conv(4, 10), average, flatten, logSoftmax) },
  "too large a network": {
    make: () =>
      seq(
        ...block(1, 64),
        ...block(64, 128),
        pool,
        ...block(128, 128),
        ...block(128, 128),
        flatten,
        new nn.Linear(128 * 64, 10),
        logSoftmax,
      ),
  },
};
