/** `kilograd/train/node`: what of training needs files: runs, and datasets by their names. */
export { makeFolder, writeFileAtomic } from "../runs/atomic-file.js";
export { trainingLogs, type StartLog } from "../runs/logs/logs.js";
export { datasetNames, licenseOf, openData, type ImageInfo, type OpenedData } from "../runs/datasets.js";
export { defaultRunFolder, packageVersion, Run } from "../runs/run.js";
export type { RunRecord } from "../runs/run-record.js";
export type { EpochRecord, MetricsRecord, StepRecord } from "../runs/metrics-file.js";
