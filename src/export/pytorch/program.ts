/** A run as a Python program that trains on in PyTorch, in one process or many, and the weights that it begins with. */
import type { Module } from "../../nn/index.js";
import type { TrainConfig } from "../../train/config.js";
import type { ImageInfo } from "../../train/datasets.js";
import { networkSource } from "./network-source.js";
import { DATA_SOURCE, FILES_SOURCE, settingsSource, trainingSource } from "./training-source.js";

export interface PytorchOptions {
  /** The recipe by which it was trained, and by which it will train on. */
  readonly config: TrainConfig;
  /** What is known of the images. */
  readonly images: ImageInfo;
}

const IMPORTS = `import argparse
import gzip
import json
import math
import os
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn`;

/**
 * The text of a Python program with the network, its data and its training. It reads the weights from
 * `model.safetensors` beside it (see `exportSafetensors`) and runs by `python model.py` and by `torchrun`.
 * What is written as `F.dropout` or `F.batchNorm` is exported as in evaluation; `nn.Dropout` and
 * `nn.BatchNorm2d` train on.
 * @throws ArgumentError naming the op that cannot be written, and its place in the network
 */
export function exportPytorch(model: Module, { config, images }: PytorchOptions): string {
  const { name } = model.constructor;
  const doc = `"""The network ${name}, trained by kilograd, and the training that goes on with it.

    python model.py --data MNIST                                  goes on with model.safetensors
    torchrun --nproc-per-node 2 model.py --data MNIST             the same in two processes
    torchrun --nnodes 2 --rdzv-backend c10d --rdzv-endpoint HOST:29500 model.py --data MNIST
                                                                  the same on two machines: run it on each

MNIST is the folder of the four IDX files. Needs PyTorch and NumPy.
"""`;
  const parts = [
    `${doc}\n\n${IMPORTS}\n\n${settingsSource(config, images)}\n`,
    `${networkSource(model, images.size)}\n`,
    FILES_SOURCE,
    DATA_SOURCE,
    trainingSource(config, name),
  ];
  return parts.join("\n\n");
}
