/**
 * What of training needs files: runs on disk, and datasets by their names. Node only.
 *
 * @example
 * const run = Run.open("runs/first");
 * run.epochs().length; // 2
 * run.record.config.recipe; // "default"
 *
 * @module kilograd/train/node
 */
export type { GreyImages } from "../data/dataset-class.js";
export { closest } from "../errors/closest.js";
export { makeFolder, writeFileAtomic } from "../runs/atomic-file.js";
export { trainingLogs, type StartLog } from "../runs/logs/logs.js";
export { datasetNames, downloadData, licenseOf, openData, type ImageInfo, type OpenedData } from "../runs/datasets.js";
export { chooseExport, type FailureOf, type MakeNetwork } from "../runs/network-exports.js";
export { defaultRunFolder, packageVersion, Run, type NetworkCopy } from "../runs/run.js";
export type { KeptNetwork, RunRecord } from "../runs/run-record.js";
export type { EpochRecord, MetricsRecord, StepRecord } from "../runs/metrics-file.js";
