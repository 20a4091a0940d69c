/** The blocks that networks in other people's styles consist of. */
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
export const custom = <M extends readonly nn.Module[]>(
  compute: (x: Tensor, ...parts: M) => Tensor,
  ...parts: M
): nn.Module => new Custom(compute, ...parts);
export const seq = (...modules: nn.Module[]): nn.Module => new nn.Sequential(...modules);
export const conv = (from: number, to: number, kernel = 3, options: nn.Conv2dOptions = {}): nn.Module =>
  new nn.Conv2d(from, to, kernel, options);
export const padded = { padding: 1 };
export const head = (channels: number, classes = 10): nn.Module[] => [
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
export class GhostBatchNorm extends nn.BatchNorm2d {
  override forward(x: Tensor): Tensor {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    if (!this.training) return super.forward(x);
    return super.forward(x.view(n / 2, c * 2, h, w)).view(n, c, h, w);
  }
}

export const instanceNorm = (): nn.Module =>
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

export const squeezeAndExcite = (channels: number): nn.Module =>
  custom(
    (x, squeeze, excite) => x.mul(excite(squeeze(x.mean([2, 3], true)).relu()).sigmoid()),
    conv(channels, channels / 4, 1),
    conv(channels / 4, channels, 1),
  );

export const squeezeAndExciteLinear = (channels: number): nn.Module =>
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

export const depthwise = (from: number, to: number, stride = 1): nn.Module[] => [
  conv(from, from, 3, { groups: from, padding: 1, stride }),
  new nn.BatchNorm2d(from),
  relu,
  ...block(from, to, 1),
];
/** Without anything in between, as Keras's SeparableConv2D. */
export const separable = (from: number, to: number): nn.Module[] => [
  conv(from, from, 3, { groups: from, padding: 1, bias: false }),
  ...block(from, to, 1),
];

export const invertedResidual = (from: number, to: number, stride = 1): nn.Module => {
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

export const residual = (channels: number): nn.Module =>
  custom(
    (x, inner) => inner(x).add(x).relu(),
    seq(...block(channels, channels, 3, padded), conv(channels, channels, 3, padded), new nn.BatchNorm2d(channels)),
  );
export const residualDown = (from: number, to: number): nn.Module =>
  custom(
    (x, inner, shortcut) => inner(x).add(shortcut(x)).relu(),
    seq(...block(from, to, 3, { padding: 1, stride: 2 }), conv(to, to, 3, padded), new nn.BatchNorm2d(to)),
    seq(conv(from, to, 1, { stride: 2 }), new nn.BatchNorm2d(to)),
  );
export const preActivation = (channels: number): nn.Module => {
  const half = (): nn.Module[] => [new nn.BatchNorm2d(channels), relu, conv(channels, channels, 3, padded)];
  return custom((x, inner) => inner(x).add(x), seq(...half(), ...half()));
};
export const dense = (from: number, growth: number): nn.Module =>
  custom((x, inner) => cat([x, inner(x)], 1), seq(new nn.BatchNorm2d(from), relu, conv(from, growth, 3, padded)));
export const fire = (from: number, squeeze: number, expand: number): nn.Module =>
  custom(
    (x, before, small, large) => {
      x = before(x).relu();
      return cat([small(x).relu(), large(x).relu()], 1);
    },
    conv(from, squeeze, 1),
    conv(squeeze, expand, 1),
    conv(squeeze, expand, 3, padded),
  );
export const inception = (from: number, each: number): nn.Module =>
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
export const activated = (activation: (x: Tensor) => Tensor): nn.Module =>
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
export const withNorm = (norm: (channels: number) => nn.Module): nn.Module =>
  seq(
    ...[1, 8, 16].flatMap((from, i) => normalized(from, [8, 16, 32][i]!, norm([8, 16, 32][i]!))),
    pool,
    ...[conv(32, 8, 1), norm(8), relu],
    ...[8, 16].flatMap((from) => normalized(from, 16, norm(16))),
    ...head(16),
  );
/** A gate per channel and a gate per position, as in CBAM. */
export const attention = (channels: number): nn.Module =>
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
export const convNeXt = (channels: number): nn.Module =>
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
export const gelu = (x: Tensor): Tensor => x.mul(x.mul(1.702).sigmoid());
export const gate = (x: Tensor): Tensor => x.mul(x.sigmoid());
export const softplus = (x: Tensor): Tensor => x.exp().add(1).log();
