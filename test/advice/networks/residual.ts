/** Networks with shortcuts, in the styles of other people. */
import { cat, F, nn, rand, type Tensor } from "../../../src/entries/index.js";
import { conv, custom, gate, head, padded, preActivation, residual, residualDown, seq } from "../blocks.js";
import { average, block, flatten, logSoftmax, pool, relu } from "../modules.js";
import type { Styled } from "../styled.js";

const bn = (channels: number): nn.Module => new nn.BatchNorm2d(channels);

/** A block between whose convolutions there is dropout, as in Wide ResNets. */
const wide = (channels: number, p: number): nn.Module =>
  custom(
    (x, inner) => inner(x).add(x),
    seq(
      ...[bn(channels), relu, conv(channels, channels, 3, padded)],
      ...[bn(channels), relu, new nn.Dropout(p), conv(channels, channels, 3, padded)],
    ),
  );

/** A pre-activation block that changes the number of channels; the shortcut starts after the activation. */
const preActivationDown = (from: number, to: number): nn.Module =>
  custom(
    (x, first, shortcut, inner) => {
      const y = first(x);
      return inner(y).add(shortcut(y));
    },
    seq(bn(from), relu),
    conv(from, to, 1, { stride: 2, bias: false }),
    seq(
      conv(from, to, 3, { stride: 2, padding: 1, bias: false }),
      bn(to),
      relu,
      conv(to, to, 3, { padding: 1, bias: false }),
    ),
  );

/** Adds a scaled branch without any norm, as in Fixup. */
class Fixup extends nn.Module {
  readonly biases = new nn.Parameter(rand([4]));
  readonly scale = new nn.Parameter(rand([1]));
  readonly conv1: nn.Conv2d;
  readonly conv2: nn.Conv2d;
  constructor(channels: number) {
    super();
    this.conv1 = new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false });
    this.conv2 = new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false });
  }
  private bias(i: number): Tensor {
    return this.biases.slice(0, i, i + 1);
  }
  override forward(x: Tensor): Tensor {
    const y = F.relu(this.conv1(x.add(this.bias(0))).add(this.bias(1)));
    return F.relu(
      this.conv2(y.add(this.bias(2)))
        .mul(this.scale)
        .add(this.bias(3))
        .add(x),
    );
  }
}

/** In training, leaves whole branches out, image by image. */
class DropPath extends nn.Module {
  constructor(readonly p: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    if (!this.training) return x;
    return x.mul(rand([x.shape[0]!, 1, 1, 1]).ge(this.p).float()).div(1 - this.p);
  }
}
const stochastic = (channels: number, p: number): nn.Module =>
  custom(
    (x, inner) => inner(x).add(x).relu(),
    seq(...block(channels, channels, 3, padded), conv(channels, channels, 3, padded), bn(channels), new DropPath(p)),
  );

const bottleneck = (from: number, narrow: number): nn.Module =>
  custom(
    (x, inner) => inner(x).add(x).relu(),
    seq(...block(from, narrow, 1), ...block(narrow, narrow, 3, padded), conv(narrow, from, 1), bn(from)),
  );

/** A layer of DenseNet-BC: a 1×1 convolution before the 3×3. */
const denseBottleneck = (from: number, growth: number): nn.Module =>
  custom(
    (x, inner) => cat([x, inner(x)], 1),
    seq(
      ...[bn(from), relu, conv(from, 4 * growth, 1, { bias: false })],
      ...[bn(4 * growth), relu, conv(4 * growth, growth, 3, { padding: 1, bias: false })],
    ),
  );

/** A residual block with Swish, and a gate per channel. */
const gated = (channels: number): nn.Module =>
  custom(
    (x, inner, squeeze, excite) => {
      const y = inner(x);
      const weights = excite(F.relu(squeeze(y.mean([2, 3]))));
      return gate(x.add(y.mul(weights.sigmoid().view(-1, channels, 1, 1))));
    },
    seq(
      conv(channels, channels, 3, padded),
      bn(channels),
      custom(gate),
      conv(channels, channels, 3, padded),
      bn(channels),
    ),
    new nn.Linear(channels, channels / 4),
    new nn.Linear(channels / 4, channels),
  );

export const residualNetworks: Readonly<Record<string, Styled>> = {
  "a ResNet-18 for CIFAR-100, thinner": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        ...[residual(16), residual(16), residualDown(16, 32), residual(32), residualDown(32, 64), residual(64)],
        ...[residualDown(64, 128), residual(128)],
        average,
        flatten,
        new nn.Linear(128, 100),
      ),
  },
  "a ResNet-9 with a max over all positions": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        ...[...block(16, 32, 3, padded), pool, residual(32)],
        ...[...block(32, 64, 3, padded), pool],
        ...[...block(64, 128, 3, padded), pool, residual(128)],
        ...[new nn.MaxPool2d(4), flatten, new nn.Linear(128, 10)],
      ),
  },
  "a pre-activation ResNet": {
    input: [3, 32, 32],
    make: () =>
      seq(
        conv(3, 16, 3, { padding: 1, bias: false }),
        ...[
          preActivation(16),
          preActivationDown(16, 32),
          preActivation(32),
          preActivationDown(32, 64),
          preActivation(64),
        ],
        ...[bn(64), relu, ...head(64)],
      ),
  },
  "a Wide ResNet with dropout 0.3": {
    input: [3, 32, 32],
    make: () =>
      seq(
        conv(3, 32, 3, { padding: 1, bias: false }),
        ...[wide(32, 0.3), preActivationDown(32, 64), wide(64, 0.3), preActivationDown(64, 128), wide(128, 0.3)],
        ...[bn(128), relu, average, flatten, new nn.Linear(128, 10)],
      ),
  },
  "Fixup: residual blocks without norms": {
    make: () =>
      seq(conv(1, 16, 3, padded), relu, new Fixup(16), pool, new Fixup(16), new Fixup(16), new Fixup(16), ...head(16)),
  },
  "stochastic depth": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        ...[stochastic(16, 0.1), residualDown(16, 32), stochastic(32, 0.2), residualDown(32, 64), stochastic(64, 0.5)],
        ...head(64),
      ),
  },
  "stochastic depth from the first block on": {
    make: () => seq(...block(1, 16), stochastic(16, 0.2), pool, stochastic(16, 0.3), stochastic(16, 0.5), ...head(16)),
  },
  "bottlenecks of ResNet-50": {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...block(3, 32, 7, { stride: 2, padding: 3, bias: false }),
        new nn.MaxPool2d(3, 2, 1),
        ...[bottleneck(32, 8), bottleneck(32, 8), residualDown(32, 64), bottleneck(64, 16), residualDown(64, 128)],
        ...[bottleneck(128, 32), average, flatten, new nn.Linear(128, 26)],
      ),
  },
  "DenseNet-BC": {
    input: [3, 32, 32],
    make: () =>
      seq(
        conv(3, 24, 3, { padding: 1, bias: false }),
        ...[denseBottleneck(24, 12), denseBottleneck(36, 12), denseBottleneck(48, 12)],
        ...[bn(60), relu, conv(60, 30, 1), new nn.AvgPool2d(2)],
        ...[denseBottleneck(30, 12), denseBottleneck(42, 12), denseBottleneck(54, 12)],
        ...[bn(66), relu, conv(66, 33, 1), new nn.AvgPool2d(2)],
        ...[denseBottleneck(33, 12), denseBottleneck(45, 12), denseBottleneck(57, 12)],
        ...[bn(69), relu, average, flatten, new nn.Linear(69, 10)],
      ),
  },
  "residual blocks with gates and Swish": {
    input: [1, 64, 64],
    make: () =>
      seq(
        conv(1, 16, 3, { stride: 2, padding: 1 }),
        ...[bn(16), custom(gate), gated(16), residualDown(16, 32), gated(32), residualDown(32, 64), gated(64)],
        ...[average, flatten, new nn.Linear(64, 26), logSoftmax],
      ),
  },
};
