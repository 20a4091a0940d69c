/** Parts of networks in recent styles. */
import { cat, F, nn, rand, zeros, type Tensor } from "../../../src/entries/index.js";
import { conv, custom, gelu, head, padded, seq } from "../blocks.js";
import { block, pool, relu } from "../modules.js";

export const bn = (channels: number): nn.Module => new nn.BatchNorm2d(channels);
export const linear = (from: number, to: number): nn.Module => new nn.Linear(from, to);
export const grow = (activation: () => nn.Module): nn.Module =>
  seq(
    ...[conv(1, 8), bn(8), activation(), conv(8, 16), bn(16), activation(), pool],
    ...[1, 2, 3].flatMap(() => [conv(16, 16), bn(16), activation()]),
    ...head(16),
  );

/** ResNet-D: the shortcut is averaged before its 1×1 convolution. */
export const averagedDown = (from: number, to: number): nn.Module =>
  custom(
    (x, inner, shortcut) => inner(x).add(shortcut(x)).relu(),
    seq(...block(from, to, 3, { padding: 1, stride: 2 }), conv(to, to, 3, padded), bn(to)),
    seq(new nn.AvgPool2d(2), conv(from, to, 1), bn(to)),
  );
/** RepVGG: a 3×3 convolution, a 1×1 convolution and the input itself, summed. */
export const reparametrized = (channels: number): nn.Module =>
  custom(
    (x, large, small, same) => large(x).add(small(x)).add(same(x)).relu(),
    seq(conv(channels, channels, 3, padded), bn(channels)),
    seq(conv(channels, channels, 1), bn(channels)),
    bn(channels),
  );
export const grouped = (from: number, wide: number, groups: number): nn.Module =>
  custom(
    (x, inner) => inner(x).add(x).relu(),
    seq(...block(from, wide, 1), ...block(wide, wide, 3, { padding: 1, groups }), conv(wide, from, 1), bn(from)),
  );
export const ghost = (from: number, to: number): nn.Module =>
  custom(
    (x, first, cheap) => {
      const y = first(x);
      return cat([y, cheap(y)], 1);
    },
    seq(...block(from, to / 2, 1)),
    seq(...block(to / 2, to / 2, 3, { padding: 1, groups: to / 2 })),
  );
export const separableResidual = (from: number, to: number): nn.Module =>
  custom(
    (x, inner, shortcut) => inner(x).add(shortcut(x)),
    seq(
      ...[relu, conv(from, from, 3, { padding: 1, groups: from }), conv(from, to, 1), bn(to)],
      ...[relu, conv(to, to, 3, { padding: 1, groups: to }), conv(to, to, 1), bn(to), new nn.MaxPool2d(3, 2, 1)],
    ),
    seq(conv(from, to, 1, { stride: 2 }), bn(to)),
  );
export class PReLU extends nn.Module {
  readonly weight = new nn.Parameter(zeros([1]).add(0.25));
  override forward(x: Tensor): Tensor {
    return F.relu(x).sub(F.relu(x.neg()).mul(this.weight));
  }
}
export const highway = (channels: number): nn.Module =>
  custom(
    (x, transform, gate) => {
      const g = gate(x).sigmoid();
      return transform(x)
        .mul(g)
        .add(x.mul(g.neg().add(1)));
    },
    seq(...block(channels, channels, 3, padded)),
    conv(channels, channels, 3, padded),
  );
/** Statistics over positions, compared between channels, as in ConvNeXtV2. */
export class ResponseNorm extends nn.Module {
  readonly gamma: nn.Parameter;
  constructor(channels: number) {
    super();
    this.gamma = new nn.Parameter(zeros([1, channels, 1, 1]));
  }
  override forward(x: Tensor): Tensor {
    const size = x.square().sum([2, 3], true).sqrt();
    const relative = size.div(size.mean(1, true).add(1e-6));
    return x.mul(relative).mul(this.gamma).add(x);
  }
}
export class Patches extends nn.Module {
  constructor(readonly size: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const s = this.size;
    return x
      .view(n, c, h / s, s, w / s, s)
      .permute(0, 1, 3, 5, 2, 4)
      .reshape(n, c * s * s, h / s, w / s);
  }
}
/** Attention among positions, with one head. */
export class Attention extends nn.Module {
  readonly qkv: nn.Linear;
  readonly out: nn.Linear;
  constructor(readonly size: number) {
    super();
    this.qkv = new nn.Linear(size, 3 * size);
    this.out = new nn.Linear(size, size);
  }
  override forward(x: Tensor): Tensor {
    const all = this.qkv(x);
    const [q, k, v] = [0, 1, 2].map((i) => all.slice(2, i * this.size, (i + 1) * this.size)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const weights = F.softmax(q.matmul(k.transpose(1, 2)).div(Math.sqrt(this.size)), 2);
    return x.add(this.out(weights.matmul(v)));
  }
}
export class Transformer extends nn.Module {
  readonly embed = new nn.Conv2d(1, 32, 7, { stride: 7 });
  readonly attention = new Attention(32);
  readonly up = new nn.Linear(32, 64);
  readonly down = new nn.Linear(64, 32);
  readonly fc = new nn.Linear(32, 10);
  override forward(x: Tensor): Tensor {
    let tokens = this.embed(x).flatten(2).transpose(1, 2);
    tokens = this.attention(tokens);
    tokens = tokens.add(this.down(gelu(this.up(tokens))));
    return F.logSoftmax(this.fc(tokens.mean(1)), 1);
  }
}
export class Mixer extends nn.Module {
  readonly embed = new nn.Conv2d(3, 32, 4, { stride: 4 });
  readonly places = new nn.Linear(64, 64);
  readonly channels = new nn.Linear(32, 32);
  readonly fc = new nn.Linear(32, 10);
  override forward(x: Tensor): Tensor {
    let y = this.embed(x).flatten(2);
    y = y.add(F.relu(this.places(y)));
    y = y.transpose(1, 2);
    y = y.add(F.relu(this.channels(y)));
    return this.fc(y.mean(1));
  }
}
export class Noise extends nn.Module {
  override forward(x: Tensor): Tensor {
    return this.training ? x.add(rand(x.shape as number[]).mul(0.1)) : x;
  }
}
/** Weights positions by a softmax over all of them. */
export const attentionPool = (channels: number): nn.Module =>
  custom(
    (x, score) => {
      const weights = F.softmax(score(x).flatten(2), 2);
      return x.flatten(2).mul(weights).sum(2);
    },
    conv(channels, 1, 1),
  );
export const eca = (channels: number): nn.Module =>
  custom(
    (x, inner) =>
      x.mul(
        inner(x.mean([2, 3]).view(-1, 1, channels, 1))
          .sigmoid()
          .view(-1, channels, 1, 1),
      ),
    conv(1, 1, [3, 1] as unknown as number, { padding: [1, 0] }),
  );
