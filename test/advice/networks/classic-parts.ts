/** Parts of networks without shortcuts. */
import { cat, F, nn, rand, tensor, type Tensor } from "../../../src/entries/index.js";
import { conv, custom, padded, seq } from "../blocks.js";
import { block, body, flatten, pool } from "../modules.js";

export const bn = (channels: number): nn.Module => new nn.BatchNorm2d(channels);
export const linear = (from: number, to: number): nn.Module => new nn.Linear(from, to);

/** A convolution whose weights are brought to mean 0 and variance 1. */
export class Standardized extends nn.Module {
  readonly weight: nn.Parameter;
  constructor(
    from: number,
    to: number,
    readonly size = 3,
  ) {
    super();
    this.weight = new nn.Parameter(rand([to, from, size, size]));
  }
  override forward(x: Tensor): Tensor {
    const centred = this.weight.sub(this.weight.mean([1, 2, 3], true));
    const even = centred.div(centred.square().mean([1, 2, 3], true).add(1e-5).sqrt());
    return F.conv2d(x, even, null, { padding: 1 });
  }
}
/** A binomial filter for each channel, which is not trained. */
export class Blur extends nn.Module {
  constructor(channels: number) {
    super();
    const row = tensor([[1, 2, 1]]);
    this.registerBuffer("kernel", row.mul(row.view(3, 1)).div(16).expand(channels, 1, 3, 3).mul(1));
  }
  override forward(x: Tensor): Tensor {
    const { kernel } = this as unknown as { kernel: Tensor };
    return F.conv2d(x, kernel, null, { stride: 2, padding: 1, groups: x.shape[1]! });
  }
}
export class TwoHeads extends nn.Module {
  readonly trunk = seq(...body());
  readonly kind = conv(16, 10, 1);
  readonly parity = conv(16, 2, 1);
  override forward(x: Tensor): unknown {
    const y = this.trunk(x).mean([2, 3], true);
    return [F.logSoftmax(this.kind(y).flatten(1), 1), F.logSoftmax(this.parity(y).flatten(1), 1)];
  }
}
/** The same image, in two sizes. */
export class TwoScales extends nn.Module {
  readonly fine = seq(...block(1, 8), ...block(8, 16), pool, ...block(16, 16), ...block(16, 16));
  readonly coarse = seq(...block(1, 8), ...block(8, 16), ...block(16, 16), ...block(16, 16));
  readonly classify = conv(32, 10, 1);
  override forward(x: Tensor): Tensor {
    const small = F.avgPool2d(x, 2);
    const both = cat([this.fine(x).mean([2, 3], true), this.coarse(small).mean([2, 3], true)], 1);
    return F.logSoftmax(this.classify(both).flatten(1), 1);
  }
}
export const up = (x: Tensor): Tensor => {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return x
    .view(n, c, h, 1, w, 1)
    .expand(n, c, h, 2, w, 2)
    .reshape(n, c, 2 * h, 2 * w);
};
export class UNet extends nn.Module {
  readonly down1 = seq(...block(1, 8, 3, padded), ...block(8, 8, 3, padded));
  readonly down2 = seq(...block(8, 16, 3, padded), ...block(16, 16, 3, padded));
  readonly bottom = seq(...block(16, 32, 3, padded), ...block(32, 32, 3, padded));
  readonly up2 = seq(...block(48, 16, 3, padded), ...block(16, 16, 3, padded));
  readonly up1 = seq(...block(24, 8, 3, padded), ...block(8, 8, 3, padded));
  readonly last = conv(8, 2, 1);
  override forward(x: Tensor): Tensor {
    const a = this.down1(x);
    const b = this.down2(F.maxPool2d(a, 2));
    const c = this.bottom(F.maxPool2d(b, 2));
    const d = this.up2(cat([up(c), b], 1));
    return this.last(this.up1(cat([up(d), a], 1)));
  }
}
export const maxout = (from: number, to: number): nn.Module =>
  custom(
    (x, inner) => {
      const y = inner(x);
      const [n, c, h, w] = y.shape as [number, number, number, number];
      return y.view(n, c / 2, 2, h, w).amax(2);
    },
    seq(conv(from, 2 * to), bn(2 * to)),
  );
export const lenet = (activation: () => nn.Module): nn.Module =>
  seq(
    conv(1, 6, 5, { padding: 2 }),
    activation(),
    new nn.AvgPool2d(2),
    conv(6, 16, 5),
    activation(),
    new nn.AvgPool2d(2),
    flatten,
    linear(400, 120),
    activation(),
    linear(120, 84),
    activation(),
    linear(84, 10),
  );
