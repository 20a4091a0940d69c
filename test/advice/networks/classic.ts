/** Networks without shortcuts, from LeNet on. */
import { nn } from "../../../src/entries/index.js";
import { conv, custom, gate, head, instanceNorm, padded, seq } from "../blocks.js";
import { average, block, body, classify, flatten, logSoftmax, pool, relu, softmax } from "../modules.js";
import type { Styled } from "../styled.js";

import { bn, linear, Standardized, Blur, TwoHeads, TwoScales, UNet, maxout, lenet } from "./classic-parts.js";

export const classicNetworks: Readonly<Record<string, Styled>> = {
  "LeNet-5 with sigmoids": { make: () => lenet(() => new nn.Sigmoid()) },
  "PyTorch's example for MNIST": {
    make: () =>
      seq(
        conv(1, 32),
        relu,
        conv(32, 64),
        relu,
        pool,
        new nn.Dropout(0.25),
        flatten,
        linear(9216, 128),
        relu,
        new nn.Dropout(0.5),
        linear(128, 10),
        logSoftmax,
      ),
  },
  "PyTorch's older example for MNIST": {
    make: () =>
      seq(
        conv(1, 10, 5),
        pool,
        relu,
        conv(10, 20, 5),
        new nn.Dropout2d(0.5),
        pool,
        relu,
        flatten,
        linear(320, 50),
        relu,
        new nn.Dropout(0.5),
        linear(50, 10),
        logSoftmax,
      ),
  },
  "PyTorch's tutorial for CIFAR": {
    input: [3, 32, 32],
    make: () =>
      seq(
        conv(3, 6, 5),
        relu,
        pool,
        conv(6, 16, 5),
        relu,
        pool,
        flatten,
        linear(400, 120),
        relu,
        linear(120, 84),
        relu,
        linear(84, 10),
      ),
  },
  AlexNet: {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...[
          conv(3, 32, 11, { stride: 4, padding: 2 }),
          relu,
          new nn.MaxPool2d(3, 2),
          conv(32, 64, 5, { padding: 2 }),
          relu,
          new nn.MaxPool2d(3, 2),
        ],
        ...[
          conv(64, 96, 3, padded),
          relu,
          conv(96, 64, 3, padded),
          relu,
          conv(64, 64, 3, padded),
          relu,
          new nn.AdaptiveAvgPool2d(3),
        ],
        ...[
          flatten,
          new nn.Dropout(0.5),
          linear(576, 256),
          relu,
          new nn.Dropout(0.5),
          linear(256, 256),
          relu,
          linear(256, 100),
        ],
      ),
  },
  "VGG with a large linear head": {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...[
          [3, 16],
          [16, 32],
          [32, 64],
          [64, 64],
        ].flatMap(([a, b]) => [...block(a!, b!, 3, padded), ...block(b!, b!, 3, padded), pool]),
        ...[
          flatten,
          linear(1024, 512),
          relu,
          new nn.Dropout(0.5),
          linear(512, 512),
          relu,
          new nn.Dropout(0.5),
          linear(512, 100),
        ],
      ),
  },
  "all convolutions, with dropout at the input": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...[
          new nn.Dropout(0.2),
          conv(3, 32, 3, padded),
          relu,
          conv(32, 32, 3, padded),
          relu,
          conv(32, 32, 3, { stride: 2, padding: 1 }),
          relu,
          new nn.Dropout(0.5),
        ],
        ...[
          conv(32, 64, 3, padded),
          relu,
          conv(64, 64, 3, padded),
          relu,
          conv(64, 64, 3, { stride: 2, padding: 1 }),
          relu,
          new nn.Dropout(0.5),
        ],
        ...[conv(64, 64), relu, conv(64, 64, 1), relu, conv(64, 10, 1), relu, average, flatten],
      ),
  },
  "a network in a network, with large kernels": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...[...block(3, 32, 5, { padding: 2 }), ...block(32, 24, 1), ...block(24, 16, 1), new nn.MaxPool2d(3, 2, 1)],
        ...[...block(16, 32, 5, { padding: 2 }), ...block(32, 32, 1), ...block(32, 32, 1), new nn.AvgPool2d(3, 2, 1)],
        ...[...block(32, 32, 3, padded), ...block(32, 32, 1), classify(32), average, flatten, logSoftmax],
      ),
  },
  "the first layers of a CapsNet": {
    make: () =>
      seq(
        conv(1, 32, 9),
        relu,
        conv(32, 32, 9, { stride: 2 }),
        custom((x) => {
          const [n] = x.shape as [number];
          const u = x.view(n, 144, 8);
          const length = u.square().sum(2, true);
          return u
            .mul(length.div(length.add(1)))
            .div(length.add(1e-8).sqrt())
            .view(n, 1152);
        }),
        linear(1152, 10),
      ),
  },
  "a thin and deep FitNet": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...[3, 16, 16, 16].flatMap((from) => block(from, 16, 3, padded)),
        pool,
        ...[16, 24, 24, 24].flatMap((from) => block(from, 24, 3, padded)),
        pool,
        ...[24, 32, 32, 32].flatMap((from) => block(from, 32, 3, padded)),
        ...head(32, 100),
      ),
  },
  "standardised weights without a norm": {
    make: () =>
      seq(
        new Standardized(1, 8),
        relu,
        new Standardized(8, 16),
        relu,
        pool,
        new Standardized(16, 16),
        relu,
        new Standardized(16, 16),
        relu,
        new Standardized(16, 16),
        relu,
        ...head(16),
      ),
  },
  "standardised weights with instance norm": {
    make: () =>
      seq(
        ...[1, 8, 16].flatMap((from, i) => [new Standardized(from, [8, 16, 16][i]!), instanceNorm(), relu]),
        pool,
        ...[16, 16].flatMap(() => [new Standardized(16, 16), instanceNorm(), relu]),
        ...head(16),
      ),
  },
  "antialiased pooling": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        new nn.MaxPool2d(2, 1),
        new Blur(16),
        ...block(16, 16),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "two heads": { make: () => new TwoHeads() },
  "two scales": { make: () => new TwoScales() },
  "a U-Net": { input: [1, 64, 64], make: () => new UNet() },
  "a context of dilated convolutions": {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...block(3, 16),
        ...[1, 2, 4, 8, 16].flatMap((d) => block(16, 16, 3, { padding: d, dilation: d })),
        ...block(16, 16),
        ...head(16, 2),
      ),
  },
  maxout: {
    input: [3, 32, 32],
    make: () => seq(maxout(3, 16), maxout(16, 16), pool, maxout(16, 32), maxout(32, 32), maxout(32, 32), ...head(32)),
  },
  Swish: {
    make: () =>
      seq(
        ...[1, 8].flatMap((from) => [conv(from, 2 * Math.max(4, from)), bn(2 * Math.max(4, from)), custom(gate)]),
        pool,
        ...[16, 16, 16].flatMap(() => [conv(16, 16), bn(16), custom(gate)]),
        average,
        classify(),
        flatten,
      ),
  },
  "a likelihood whose logarithm is taken": {
    make: () =>
      seq(
        ...body(),
        average,
        classify(),
        flatten,
        softmax,
        custom((x) => x.log()),
      ),
  },
  "a maximum over all positions": {
    make: () =>
      seq(
        ...body(),
        custom((x) => x.amax([2, 3])),
        linear(16, 10),
        logSoftmax,
      ),
  },
  "1×1 convolutions only": {
    make: () => seq(...block(1, 16, 1), ...block(16, 32, 1), ...block(32, 32, 1), ...head(32)),
  },
  "kernels of 9×9 and 13×13": {
    make: () => seq(...block(1, 8, 9), ...block(8, 16, 13), ...block(16, 16), ...head(16)),
  },
  "a stem with stride 4": {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...block(3, 16, 4, { stride: 4 }),
        ...block(16, 16, 3, padded),
        ...block(16, 16, 3, padded),
        ...block(16, 32, 3, { stride: 2, padding: 1 }),
        ...block(32, 32, 3, padded),
        ...head(32),
      ),
  },
  "no padding anywhere": {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...block(3, 8),
        ...block(8, 16),
        pool,
        ...block(16, 16),
        ...block(16, 16),
        pool,
        ...block(16, 32),
        ...block(32, 32),
        ...head(32, 2),
      ),
  },
  "kernels of 1×7 and 7×1": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16),
        ...block(16, 16),
        pool,
        ...[16, 16].flatMap(() => [
          ...block(16, 16, [1, 7] as unknown as number, { padding: [0, 3] }),
          ...block(16, 16, [7, 1] as unknown as number, { padding: [3, 0] }),
        ]),
        ...head(16),
      ),
  },
  "a multilayer perceptron": {
    make: () => seq(flatten, linear(784, 128), relu, linear(128, 64), relu, linear(64, 10), logSoftmax),
  },
  "a perceptron with dropout for colour images": {
    input: [3, 32, 32],
    make: () => seq(flatten, linear(3072, 256), relu, new nn.Dropout(0.2), linear(256, 100)),
  },
  "softmax regression": { make: () => seq(flatten, linear(784, 10)) },
  "softmax regression in two classes": { input: [1, 64, 64], make: () => seq(flatten, linear(4096, 2), logSoftmax) },
  "a single output with a sigmoid": {
    input: [1, 64, 64],
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        pool,
        ...block(16, 16),
        ...block(16, 16),
        pool,
        ...block(16, 16),
        ...block(16, 16),
        average,
        flatten,
        linear(16, 1),
        new nn.Sigmoid(),
      ),
  },
  "the course's later style, with a little dropout after each layer": {
    make: () =>
      seq(
        ...[
          [1, 10],
          [10, 16],
          [16, 16],
        ].flatMap(([a, b]) => [conv(a!, b!), relu, bn(b!), new nn.Dropout(0.1)]),
        pool,
        conv(16, 10, 1),
        relu,
        bn(10),
        new nn.Dropout(0.1),
        ...[
          [10, 14],
          [14, 16],
        ].flatMap(([a, b]) => [conv(a!, b!), relu, bn(b!), new nn.Dropout(0.1)]),
        average,
        conv(16, 10, 1),
        flatten,
        logSoftmax,
      ),
  },
};
