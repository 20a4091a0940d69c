/** A run as a Python program that trains its network further in PyTorch, in one process or in several. */
import { recordWith } from "../../errors/record-kinds.js";
import { anyNetwork } from "../../trace/kinds.js";
import { Signature, byName, required } from "../../errors/signature.js";
import type { Module } from "../../nn/index.js";
import type { TrainConfig } from "../../config/config.js";
import type { ImageInfo } from "../../runs/datasets.js";
import { className } from "./names.js";
import { networkSource } from "./network-source.js";
import { programText } from "./program-text.js";
import { settingsSource, trainingSource } from "./recipe-source.js";
import { fillSlots } from "./slots.js";

/** Options of `exportPytorch`. */
export interface PytorchOptions {
  /** The settings with which the network was trained, and with which the program trains it further. */
  readonly config: TrainConfig;
  /** What is known about the images. */
  readonly images: ImageInfo;
}

const ofExportPytorch = new Signature("exportPytorch", [
  required("model", anyNetwork),
  byName(required("config", recordWith("a configuration, as resolveConfig() returns it", "optimizer", "schedule"))),
  byName(required("images", recordWith("{ size, mean, std, … }, what a run keeps of its images", "size"))),
]);

/**
 * Writes a Python program that trains a network further in PyTorch, in one process or in several. It reads the weights
 * from `model.safetensors` beside it (see `exportSafetensors`), and runs with `python model.py` and with `torchrun`.
 * @param model the network. In training, dropout may drop; nothing else may depend on the mode
 * @param options the settings of the training, and the images
 * @returns the text of the program
 * @throws ArgumentError that names what cannot be written, and its place in the network
 * @example
 * const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes: ["zero", "one"] };
 * const program = exportPytorch(new ExerciseNet(), { config: resolveConfig("notebook"), images });
 * program.includes("class ExerciseNet(nn.Module):"); // true
 */
export function exportPytorch(model: Module, options: PytorchOptions): string {
  ofExportPytorch.read(arguments);
  const { config, images } = options;
  return fillSlots(programText, {
    ...settingsSource(config, images),
    ...trainingSource(config),
    className: className(model),
    network: networkSource(model, images.size),
  });
}
