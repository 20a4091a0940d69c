/** Datasets, transforms and the loader. PyTorch: `torch.utils.data`, `torchvision`. */
export { DataLoader, type DataLoaderOptions } from "./data-loader.js";
export { type Batch, type Dataset, type Field, type SampleGenerators } from "./dataset.js";
export { type DownloadSource } from "./download.js";
export { FashionMNIST } from "./fashion-mnist.js";
export { parseIdx, type IdxArray } from "./idx.js";
export { ImageDataset, type ImageSample } from "./image-dataset.js";
export { type Image } from "./image.js";
export { MNIST, type MnistLoadOptions, type MnistOptions } from "./mnist.js";
export { BatchSampler, RandomSampler, SequentialSampler, type Sampler } from "./sampler.js";
export { randomSplit, Subset } from "./subset.js";
export { TensorDataset } from "./tensor-dataset.js";
export * as transforms from "./transforms/index.js";
export { type Transform } from "./transforms/transform.js";
