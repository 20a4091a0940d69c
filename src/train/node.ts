/** `kilograd/train/node`: what of training needs files: runs, and datasets by their names. */
export { makeFolder, writeFileAtomic } from "./atomic-file.js";
export { trainingLogs, type StartLog } from "./logs/logs.js";
export { datasetNames, licenseOf, openData, type ImageInfo, type OpenedData } from "./datasets.js";
export { defaultRunFolder, packageVersion, Run } from "./run.js";
export type { RunRecord } from "./run-record.js";
export type { EpochRecord, MetricsRecord, StepRecord } from "./metrics-file.js";
