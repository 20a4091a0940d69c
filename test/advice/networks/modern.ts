/** Networks in recent styles: branches that are summed, patches, attention, noise. */
import { cat, nn, ones } from "../../../src/entries/index.js";
import { conv, custom, gelu, head, padded, residual, seq } from "../blocks.js";
import { average, block, body, classify, flatten, logSoftmax, pool, relu } from "../modules.js";
import type { Styled } from "../styled.js";

import {
  bn,
  linear,
  grow,
  averagedDown,
  reparametrized,
  grouped,
  ghost,
  separableResidual,
  PReLU,
  highway,
  ResponseNorm,
  Patches,
  Transformer,
  Mixer,
  Noise,
  attentionPool,
  eca,
} from "./modern-parts.js";

export const modernNetworks: Readonly<Record<string, Styled>> = {
  "ResNet-D, whose shortcuts are averaged": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        residual(16),
        averagedDown(16, 32),
        residual(32),
        averagedDown(32, 64),
        residual(64),
        ...head(64),
      ),
  },
  RepVGG: {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        reparametrized(16),
        ...block(16, 32, 3, { stride: 2, padding: 1 }),
        reparametrized(32),
        reparametrized(32),
        ...block(32, 64, 3, { stride: 2, padding: 1 }),
        reparametrized(64),
        ...head(64),
      ),
  },
  ResNeXt: {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 32, 3, padded),
        grouped(32, 16, 4),
        pool,
        grouped(32, 16, 4),
        grouped(32, 16, 4),
        pool,
        grouped(32, 16, 4),
        ...head(32),
      ),
  },
  Xception: {
    input: [3, 64, 64],
    make: () =>
      seq(
        ...block(3, 16, 3, { stride: 2 }),
        ...block(16, 32),
        separableResidual(32, 64),
        separableResidual(64, 128),
        relu,
        ...head(128),
      ),
  },
  GhostNet: {
    make: () => seq(...block(1, 16), ghost(16, 32), pool, ghost(32, 32), ghost(32, 32), ghost(32, 48), ...head(48)),
  },
  "a trained slope for negative values": { make: () => grow(() => new PReLU()) },
  CReLU: {
    make: () =>
      seq(
        conv(1, 8),
        bn(8),
        custom((x) => cat([x.relu(), x.neg().relu()], 1)),
        conv(16, 16),
        bn(16),
        custom((x) => cat([x.relu(), x.neg().relu()], 1)),
        pool,
        ...block(32, 16),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "coordinates as channels": {
    make: () =>
      seq(
        custom((x) => cat([x, ones([x.shape[0]!, 2, 28, 28])], 1)),
        ...block(3, 8),
        ...block(8, 16),
        pool,
        ...block(16, 16),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "highway layers": {
    make: () => seq(...block(1, 16), highway(16), pool, highway(16), highway(16), highway(16), ...head(16)),
  },
  "ConvNeXtV2's response norm": {
    input: [3, 32, 32],
    make: () =>
      seq(
        conv(3, 16, 2, { stride: 2 }),
        bn(16),
        ...[1, 2, 3].map(() =>
          custom(
            (x, inner) => inner(x).add(x),
            seq(
              conv(16, 16, 7, { groups: 16, padding: 3 }),
              bn(16),
              conv(16, 64, 1),
              custom(gelu),
              new ResponseNorm(64),
              conv(64, 16, 1),
            ),
          ),
        ),
        ...head(16),
      ),
  },
  "patches made of channels": {
    input: [1, 64, 64],
    make: () =>
      seq(
        new Patches(4),
        ...block(16, 32, 3, padded),
        ...block(32, 32, 3, padded),
        ...block(32, 32, 3, padded),
        ...block(32, 32, 3, padded),
        ...block(32, 32, 3, padded),
        ...head(32, 26),
      ),
  },
  "a small transformer": { make: () => new Transformer() },
  "a mixer": { input: [3, 32, 32], make: () => new Mixer() },
  "noise on the input": { make: () => seq(new Noise(), ...body(), ...[average, classify(), flatten, logSoftmax]) },
  "images normalised in the network": {
    input: [3, 32, 32],
    make: () =>
      seq(
        custom((x) => x.sub(0.45).div(0.25)),
        ...block(3, 16, 3, padded),
        ...block(16, 16, 3, padded),
        pool,
        ...block(16, 32, 3, padded),
        ...block(32, 32, 3, padded),
        pool,
        ...block(32, 64, 3, padded),
        ...block(64, 64, 3, padded),
        ...head(64),
      ),
  },
  "images normalised one by one": {
    make: () =>
      seq(
        custom((x) =>
          x.sub(x.mean([1, 2, 3], true)).div(
            x
              .sub(x.mean([1, 2, 3], true))
              .square()
              .mean([1, 2, 3], true)
              .add(1e-5)
              .sqrt(),
          ),
        ),
        ...body(),
        ...[average, classify(), flatten, logSoftmax],
      ),
  },
  "mean and maximum of all positions": {
    make: () =>
      seq(
        ...body(),
        custom((x) => cat([x.mean([2, 3]), x.amax([2, 3])], 1)),
        linear(32, 10),
        logSoftmax,
      ),
  },
  "a hidden layer after the mean": {
    make: () => seq(...body(), average, flatten, linear(16, 32), relu, linear(32, 10), logSoftmax),
  },
  "one kernel as large as the map": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        pool,
        ...block(16, 16),
        ...block(16, 16),
        ...block(16, 16),
        conv(16, 10, 6),
        flatten,
        logSoftmax,
      ),
  },
  "whole channels dropped in the middle": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 16, 3, padded),
        ...block(16, 16, 3, padded),
        pool,
        new nn.Dropout2d(0.2),
        ...block(16, 32, 3, padded),
        ...block(32, 32, 3, padded),
        pool,
        new nn.Dropout2d(0.3),
        ...block(32, 64, 3, padded),
        ...block(64, 64, 3, padded),
        average,
        flatten,
        new nn.Dropout(0.2),
        linear(64, 10),
      ),
  },
  "a network of Kaggle's for MNIST": {
    make: () =>
      seq(
        ...[
          conv(1, 32),
          relu,
          bn(32),
          conv(32, 32),
          relu,
          bn(32),
          conv(32, 32, 5, { stride: 2, padding: 2 }),
          relu,
          bn(32),
          new nn.Dropout(0.4),
        ],
        ...[
          conv(32, 64),
          relu,
          bn(64),
          conv(64, 64),
          relu,
          bn(64),
          conv(64, 64, 5, { stride: 2, padding: 2 }),
          relu,
          bn(64),
          new nn.Dropout(0.4),
        ],
        ...[conv(64, 128, 4), relu, bn(128), flatten, new nn.Dropout(0.4), linear(128, 10)],
      ),
  },
  "attention instead of a mean": { make: () => seq(...body(), attentionPool(16), linear(16, 10), logSoftmax) },
  "logits with a temperature": {
    make: () =>
      seq(
        ...body(),
        average,
        classify(),
        flatten,
        custom((x) => x.div(2)),
        logSoftmax,
      ),
  },
  "a gate from neighbouring channels": {
    make: () =>
      seq(
        ...block(1, 8),
        ...block(8, 16),
        eca(16),
        pool,
        ...block(16, 16),
        eca(16),
        ...block(16, 16),
        ...block(16, 16),
        ...head(16),
      ),
  },
  "a VGG for CIFAR with 64 kernels": {
    input: [3, 32, 32],
    make: () =>
      seq(
        ...block(3, 64, 3, padded),
        ...block(64, 64, 3, padded),
        pool,
        ...block(64, 128, 3, padded),
        ...block(128, 128, 3, padded),
        pool,
        ...block(128, 256, 3, padded),
        average,
        flatten,
        linear(256, 10),
      ),
  },
  "a small VGG without batch norm for cats and dogs": {
    input: [3, 64, 64],
    make: () =>
      seq(
        conv(3, 32, 3, padded),
        relu,
        pool,
        conv(32, 32, 3, padded),
        relu,
        pool,
        conv(32, 64, 3, padded),
        relu,
        pool,
        flatten,
        linear(4096, 64),
        relu,
        new nn.Dropout(0.5),
        linear(64, 1),
        new nn.Sigmoid(),
      ),
  },
};
