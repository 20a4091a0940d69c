/** Networks in the styles of other people, for the test that says exactly what advice each of them gets. */
import * as nn from "../../src/nn/index.js";
import { average, block, classify, flatten, logSoftmax, pool, relu } from "./modules.js";

import {
  activated,
  attention,
  conv,
  convNeXt,
  custom,
  dense,
  depthwise,
  fire,
  gate,
  gelu,
  GhostBatchNorm,
  GroupNorm,
  head,
  inception,
  instanceNorm,
  invertedResidual,
  padded,
  preActivation,
  residual,
  residualDown,
  separable,
  seq,
  softplus,
  squeezeAndExcite,
  squeezeAndExciteLinear,
  withNorm,
} from "./blocks.js";
import type { Styled } from "./styled.js";

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
