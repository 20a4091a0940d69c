/** Networks for small devices: depthwise and grouped convolutions, squeezes and gates. */
import { cat, F, nn, type Tensor } from "../../../src/entries/index.js";
import {
  attention,
  conv,
  convNeXt,
  custom,
  depthwise,
  fire,
  gate,
  gelu,
  GroupNorm,
  head,
  inception,
  invertedResidual,
  padded,
  seq,
} from "../blocks.js";
import { average, block, flatten, pool, relu } from "../modules.js";
import type { Styled } from "../styled.js";

const bn = (channels: number): nn.Module => new nn.BatchNorm2d(channels);
const hardSigmoid = (x: Tensor): Tensor => x.add(3).clamp(0, 6).div(6);
const hardSwish = (x: Tensor): Tensor => x.mul(hardSigmoid(x));

/** An inverted residual with a gate, as in MobileNetV3 and EfficientNet. */
const mobile = (
  from: number,
  to: number,
  kernel: number,
  stride: number,
  activation: (x: Tensor) => Tensor,
  p = 0,
): nn.Module => {
  const wide = 4 * from;
  const inner = seq(
    ...[conv(from, wide, 1, { bias: false }), bn(wide), custom(activation)],
    ...[
      conv(wide, wide, kernel, { groups: wide, stride, padding: (kernel - 1) / 2, bias: false }),
      bn(wide),
      custom(activation),
    ],
    custom(
      (x, squeeze, excite) => x.mul(hardSigmoid(excite(F.relu(squeeze(x.mean([2, 3], true)))))),
      conv(wide, from, 1),
      conv(from, wide, 1),
    ),
    ...[conv(wide, to, 1, { bias: false }), bn(to)],
    ...(p > 0 ? [new nn.Dropout2d(p)] : []),
  );
  return custom((x, body) => (from === to && stride === 1 ? body(x).add(x) : body(x)), inner);
};

const shuffle = (groups: number): nn.Module =>
  custom((x) => {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    return x
      .view(n, groups, c / groups, h, w)
      .transpose(1, 2)
      .reshape(n, c, h, w);
  });
/** ShuffleNetV2: half of the channels pass unchanged. */
const shuffleUnit = (channels: number): nn.Module => {
  const half = channels / 2;
  return custom(
    (x, inner, mix) => mix(cat([x.slice(1, 0, half), inner(x.slice(1, half, channels))], 1)),
    seq(...block(half, half, 1), conv(half, half, 3, { groups: half, padding: 1 }), bn(half), ...block(half, half, 1)),
    shuffle(2),
  );
};
const shuffleDown = (channels: number): nn.Module => {
  const down = (): nn.Module[] => [
    conv(channels, channels, 3, { groups: channels, padding: 1, stride: 2 }),
    bn(channels),
  ];
  return custom(
    (x, left, right, mix) => mix(cat([left(x), right(x)], 1)),
    seq(...down(), ...block(channels, channels, 1)),
    seq(...block(channels, channels, 1), ...down(), ...block(channels, channels, 1)),
    shuffle(2),
  );
};

/** Inception's four branches, one of which begins with a max pooling of stride 1. */
const inceptionPooled = (from: number, each: number): nn.Module =>
  custom(
    (x, ...branches) =>
      cat(
        branches.map((branch) => branch(x)),
        1,
      ),
    seq(...block(from, each, 1)),
    seq(...block(from, each, 1), ...block(each, each, 3, padded)),
    seq(...block(from, each / 2, 1), ...block(each / 2, each, 5, { padding: 2 })),
    seq(new nn.MaxPool2d(3, 1, 1), ...block(from, each, 1)),
  );

export const mobileNetworks: Readonly<Record<string, Styled>> = {
  MobileNetV1: {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        ...[
          ...depthwise(16, 32),
          ...depthwise(32, 64, 2),
          ...depthwise(64, 64),
          ...depthwise(64, 128, 2),
          ...depthwise(128, 128),
        ],
        ...[average, flatten, new nn.Linear(128, 10)],
      ),
  },
  "MobileNetV2 with dropout 0.2 before the classifier": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        ...[
          invertedResidual(16, 16),
          invertedResidual(16, 24, 2),
          invertedResidual(24, 24),
          invertedResidual(24, 32, 2),
        ],
        ...[
          invertedResidual(32, 32),
          ...block(32, 128, 1),
          average,
          flatten,
          new nn.Dropout(0.2),
          new nn.Linear(128, 10),
        ],
      ),
  },
  MobileNetV3: {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...[conv(3, 16, 3, { stride: 2, padding: 1, bias: false }), bn(16), custom(hardSwish)],
        ...[mobile(16, 16, 3, 1, F.relu), mobile(16, 24, 3, 2, F.relu), mobile(24, 24, 5, 1, hardSwish)],
        ...[conv(24, 96, 1, { bias: false }), bn(96), custom(hardSwish), average, conv(96, 128, 1), custom(hardSwish)],
        ...[flatten, new nn.Dropout(0.2), new nn.Linear(128, 10)],
      ),
  },
  EfficientNet: {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...[conv(3, 16, 3, { stride: 2, padding: 1, bias: false }), bn(16), custom(gate)],
        ...[
          mobile(16, 16, 3, 1, gate, 0.1),
          mobile(16, 24, 5, 2, gate),
          mobile(24, 24, 5, 1, gate, 0.1),
          mobile(24, 40, 3, 2, gate),
        ],
        ...[
          conv(40, 160, 1, { bias: false }),
          bn(160),
          custom(gate),
          average,
          flatten,
          new nn.Dropout(0.2),
          new nn.Linear(160, 100),
        ],
      ),
  },
  ShuffleNetV2: {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 24, 3, padded),
        ...[shuffleUnit(24), shuffleDown(24), shuffleUnit(48), shuffleUnit(48), shuffleDown(48), shuffleUnit(96)],
        ...[...block(96, 128, 1), ...head(128)],
      ),
  },
  "Inception with a pooling branch": {
    make: () => seq(...block(1, 8), ...block(8, 16), pool, inceptionPooled(16, 8), inceptionPooled(32, 8), ...head(32)),
  },
  "Inception in GoogLeNet's way": {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...[...block(3, 16, 7, { stride: 2, padding: 3 }), new nn.MaxPool2d(3, 2, 1)],
        ...[...block(16, 16, 1), ...block(16, 32, 3, padded), new nn.MaxPool2d(3, 2, 1)],
        ...[inceptionPooled(32, 16), inceptionPooled(64, 16)],
        ...[average, flatten, new nn.Dropout(0.4), new nn.Linear(64, 10)],
      ),
  },
  "Inception's first layer with pooling and stride at once": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        custom(
          (x, left, right) => cat([left(x), right(x)], 1),
          seq(new nn.MaxPool2d(3, 2)),
          seq(...block(16, 8, 3, { stride: 2 })),
        ),
        ...[inception(24, 8), inception(24, 8), ...head(24)],
      ),
  },
  SqueezeNet: {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...[conv(3, 32, 3, { stride: 2 }), relu, new nn.MaxPool2d(3, 2)],
        ...[fire(32, 8, 16), fire(32, 8, 16), new nn.MaxPool2d(3, 2), fire(32, 16, 32), fire(64, 16, 32)],
        ...[new nn.Dropout(0.5), conv(64, 10, 1), relu, average, flatten],
      ),
  },
  "ConvNeXt with a LayerNorm before the classifier": {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...[conv(3, 24, 4, { stride: 4 }), new GroupNorm(1, 24), convNeXt(24), convNeXt(24)],
        ...[new GroupNorm(1, 24), conv(24, 48, 2, { stride: 2 }), convNeXt(48), convNeXt(48)],
        ...[average, new GroupNorm(1, 48), flatten, new nn.Linear(48, 10)],
      ),
  },
  "CBAM in residual blocks": {
    input: [3, 32, 32],
    make: () => {
      const unit = (c: number) =>
        custom(
          (x, inner, attend) => attend(inner(x)).add(x).relu(),
          seq(...block(c, c, 3, padded), conv(c, c, 3, padded), bn(c)),
          attention(c),
        );
      return seq(
        ...block(3, 16, 3, padded),
        unit(16),
        pool,
        ...block(16, 32, 3, padded),
        unit(32),
        pool,
        ...block(32, 64, 3, padded),
        unit(64),
        ...head(64),
      );
    },
  },
  "depthwise convolutions only": {
    make: () => {
      const only = (c: number, stride = 1) => [conv(c, c, 3, { groups: c, padding: 1, stride }), bn(c), relu];
      return seq(
        conv(1, 16, 3, { groups: 1 }),
        bn(16),
        relu,
        ...only(16),
        ...only(16, 2),
        ...only(16),
        ...only(16),
        ...only(16),
        ...head(16),
      );
    },
  },
  "a MixNet with kernels of three sizes": {
    make: () => {
      const mix = (c: number) =>
        custom(
          (x, ...parts) =>
            cat(
              parts.map((part, i) => part(x.slice(1, (c / 4) * i, (c / 4) * (i + 1)))),
              1,
            ),
          ...[3, 5, 7, 9].map((k) => conv(c / 4, c / 4, k, { groups: c / 4, padding: (k - 1) / 2 })),
        );
      return seq(
        ...block(1, 16),
        mix(16),
        bn(16),
        relu,
        ...block(16, 16, 1),
        pool,
        mix(16),
        bn(16),
        relu,
        ...block(16, 32, 1),
        mix(32),
        bn(32),
        relu,
        ...block(32, 32, 1),
        ...head(32),
      );
    },
  },
  "GELU after depthwise 7×7": {
    input: [1, 64, 64],
    make: () =>
      seq(
        conv(1, 16, 4, { stride: 4 }),
        custom(gelu),
        bn(16),
        ...[1, 2, 3].flatMap(() => [
          custom((x, y) => y(x).add(x), seq(conv(16, 16, 7, { groups: 16, padding: 3 }), custom(gelu), bn(16))),
          conv(16, 16, 1),
          custom(gelu),
          bn(16),
        ]),
        average,
        flatten,
        new nn.Linear(16, 26),
      ),
  },
};
