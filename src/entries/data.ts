/**
 * Datasets, transforms of images, and the loader that makes batches. PyTorch: `torch.utils.data` and `torchvision`.
 *
 * @example
 * const transform = transforms.compose([transforms.toTensor(), transforms.normalize([0.1307], [0.3081])]);
 * const loader = new DataLoader(new MNIST({ train: false, transform }), { batchSize: 1000 });
 * for (const [images, labels] of loader) {
 *   console.log(images.shape); // [1000, 1, 28, 28]
 *   console.log(labels.shape); // [1000]
 * }
 *
 * @module kilograd/data
 */
export { DataLoader, type DataLoaderOptions } from "../data/data-loader.js";
export { type Batch, type Dataset, type Field, type SampleGenerators } from "../data/dataset.js";
export { type DatasetOptions } from "../data/dataset-class.js";
export { type DownloadSource } from "../data/files/download.js";
export * from "../data/datasets/index.js";
export { type IdxFiles, type MnistLoadOptions, type MnistOptions } from "../data/mnist-like.js";
export { parseIdx, type IdxArray } from "../formats/idx.js";
export { ImageDataset, type ImageSample } from "../data/image-dataset.js";
export { type Image } from "../data/image.js";
export { BatchSampler, RandomSampler, SequentialSampler, type Sampler } from "../data/sampler.js";
export { randomSplit, Subset } from "../data/subset.js";
export { TensorDataset } from "../data/tensor-dataset.js";
export * as transforms from "../data/transforms/index.js";
export { type Transform } from "../data/transforms/transform.js";
