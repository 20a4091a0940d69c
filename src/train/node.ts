/** `kilograd/train/node`: what of training needs files: runs, and datasets by their names. */
export { datasetNames, openData, type ImageInfo, type OpenedData } from "./datasets.js";
export { defaultRunFolder, packageVersion, Run } from "./run.js";
export type { RunRecord } from "./run-record.js";
