/** A run as a Python program that trains its network further in PyTorch, in one process or in several. */
import type { Module } from "../../nn/index.js";
import type { TrainConfig } from "../../config/config.js";
import type { ImageInfo } from "../../runs/datasets.js";
import { className } from "./names.js";
import { networkSource } from "./network-source.js";
import { programText } from "./program-text.js";
import { settingsSource, trainingSource } from "./recipe-source.js";
import { fillSlots } from "./slots.js";

export interface PytorchOptions {
  /** The recipe by which it was trained, and by which it will train on. */
  readonly config: TrainConfig;
  /** What is known of the images. */
  readonly images: ImageInfo;
}

/**
 * The text of a Python program with the network, its data and its training. It reads the weights from
 * `model.safetensors` beside it (see `exportSafetensors`) and runs by `python model.py` and by `torchrun`.
 * It trains as here: dropout drops, as a module or as `F.dropout(x, p, this.training)`; whatever else a `forward` does
 * in training only is refused.
 * @throws ArgumentError naming what cannot be written, and its place in the network
 */
export function exportPytorch(model: Module, { config, images }: PytorchOptions): string {
  return fillSlots(programText, {
    ...settingsSource(config, images),
    ...trainingSource(config),
    className: className(model),
    network: networkSource(model, images.size),
  });
}
