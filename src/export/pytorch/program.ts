/** A run as a Python program that trains on in PyTorch, in one process or many, and the weights that it begins with. */
import type { Module } from "../../nn/index.js";
import type { TrainConfig } from "../../config/config.js";
import type { ImageInfo } from "../../runs/datasets.js";
import { className } from "./names.js";
import { networkSource } from "./network-source.js";
import { dataSource, FILES_SOURCE, settingsSource, trainingSource } from "./training-source.js";

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
 * It trains as here: dropout drops, as a module or as `F.dropout(x, p, this.training)`; whatever else a `forward` does
 * in training only is refused.
 * @throws ArgumentError naming what cannot be written, and its place in the network
 */
export function exportPytorch(model: Module, { config, images }: PytorchOptions): string {
  const name = className(model);
  const doc = `"""The network ${name}, trained by kilograd, and the training that goes on with it.

    python model.py                                      goes on with model.safetensors
    torchrun --nproc_per_node 2 model.py                 the same in two processes
    torchrun --nnodes 2 --rdzv_backend c10d --rdzv_endpoint HOST:29500 model.py
                                                         the same on two machines: run it on each

--data names the folder of the four IDX files, where they are in none of DATA. Needs PyTorch and NumPy.
"""`;
  const parts = [
    `${doc}\n\n${IMPORTS}\n\n${settingsSource(config, images)}\n`,
    `${networkSource(model, images.size)}\n`,
    FILES_SOURCE,
    dataSource(config),
    trainingSource(config, name),
  ];
  return parts.join("\n\n");
}
