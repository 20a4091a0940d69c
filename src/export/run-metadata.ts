/** What an exported file says about its run. */
import { text } from "../errors/kinds.js";
import { recordWith } from "../errors/record-kinds.js";
import { Signature, optional, required } from "../errors/signature.js";
import type { EpochRecord } from "../runs/metrics-file.js";
import type { RunRecord } from "../runs/run-record.js";

const ofDescribeRun = new Signature("describeRun", [
  required("record", recordWith("a run's record, as Run.open(folder).record", "config", "data")),
  optional("tested", recordWith("an epoch of run.epochs()", "epoch", "correct", "total")),
  optional("license", text("the name of a license")),
]);

/**
 * Collects what an exported file says about its run, for `metadata_props` in ONNX and `__metadata__` in safetensors.
 * @param record the run's record
 * @param tested the record of the epoch after which the weights were saved, if there is one
 * @param license the licence of the data, if it is known
 * @returns strings by key
 * @example describeRun(Run.open("runs/first").record).recipe; // "default"
 */
export function describeRun(record: RunRecord, tested?: EpochRecord, license?: string): Record<string, string> {
  ofDescribeRun.read(arguments);
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
