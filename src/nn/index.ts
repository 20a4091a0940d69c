/**
 * Layers, and the classes to build networks from. PyTorch: `torch.nn`.
 *
 * @example
 * class Net extends nn.Module {
 *   conv = new nn.Conv2d(1, 8, 3);
 *   classify = new nn.Linear(8, 10);
 *
 *   override forward(x: Tensor): Tensor {
 *     x = F.relu(this.conv(x)).mean([2, 3]);
 *     return F.logSoftmax(this.classify(x), 1);
 *   }
 * }
 * new Net()(zeros([32, 1, 28, 28])).shape; // [32, 10]
 *
 * @module nn
 */
export { LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from "./layers/activation.js";
export { BatchNorm2d, type BatchNorm2dOptions } from "./layers/batch-norm.js";
export { ModuleList, Sequential } from "./container.js";
export { Conv2d, type Conv2dOptions } from "./layers/conv.js";
export { Dropout, Dropout2d, type DropoutOptions } from "./layers/dropout.js";
export { Flatten, Identity } from "./layers/flatten.js";
export * as functional from "./functional/index.js";
export * as init from "./init.js";
export { Linear, type LinearOptions } from "./layers/linear.js";
export { Module, type AnyModule, type ForwardHook } from "./module.js";
export { Buffer, Parameter, type ParameterOptions } from "./parameter.js";
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from "./layers/pooling.js";
export type { LoadOptions, LoadResult, StateDict } from "./state-dict.js";
