/** Datasets, transforms and the loader. PyTorch: `torch.utils.data`, `torchvision`. */
export { DataLoader, type DataLoaderOptions } from "../data/data-loader.js";
export { type Batch, type Dataset, type Field, type SampleGenerators } from "../data/dataset.js";
export { type DownloadSource } from "../data/files/download.js";
export * from "../data/datasets/index.js";
export { type MnistLoadOptions, type MnistOptions } from "../data/mnist-like.js";
export { parseIdx, type IdxArray } from "../formats/idx.js";
export { ImageDataset, type ImageSample } from "../data/image-dataset.js";
export { type Image } from "../data/image.js";
export { BatchSampler, RandomSampler, SequentialSampler, type Sampler } from "../data/sampler.js";
export { randomSplit, Subset } from "../data/subset.js";
export { TensorDataset } from "../data/tensor-dataset.js";
export * as transforms from "../data/transforms/index.js";
export { type Transform } from "../data/transforms/transform.js";
