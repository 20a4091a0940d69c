/** What an exported file says about its run. */
import type { EpochRecord } from "../runs/metrics-file.js";
import type { RunRecord } from "../runs/run-record.js";

/**
 * Collects what an exported file says about its run, for `metadata_props` in ONNX and `__metadata__` in safetensors.
 * @param record the run's record
 * @param tested the record of the epoch after which the weights were saved, if there is one
 * @param license the licence of the data, if it is known
 * @returns strings by key
 * @example describeRun(Run.open("runs/first").record).recipe; // "default"
 */
export function describeRun(record: RunRecord, tested?: EpochRecord, license?: string): Record<string, string> {
  const { config, images, versions } = record;
  return {
    kilograd_version: versions.kilograd,
    network: config.net,
    loss: config.loss,
    recipe: config.recipe,
    seed: String(config.seed),
    data: config.data,
    ...(license === undefined ? {} : { data_license: license }),
    classes: JSON.stringify(images.classes),
    mean: String(images.mean),
    std: String(images.std),
    ...(images.appearance ? { appearance: JSON.stringify(images.appearance) } : {}),
    ...(tested ? { epoch: String(tested.epoch), accuracy: `${tested.correct}/${tested.total}` } : {}),
  };
}
