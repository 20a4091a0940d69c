/** `nn`: the layers' public names. */
export { LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from "./activation.js";
export { BatchNorm2d, type BatchNorm2dOptions } from "./batch-norm.js";
export { ModuleList, Sequential } from "./container.js";
export { Conv2d, type Conv2dOptions } from "./conv.js";
export { Dropout, Dropout2d } from "./dropout.js";
export { Flatten, Identity } from "./flatten.js";
export * as functional from "./functional.js";
export * as init from "./init.js";
export { Linear, type LinearOptions } from "./linear.js";
export { Module, type ForwardHook } from "./module.js";
export { Buffer, Parameter } from "./parameter.js";
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from "./pooling.js";
export type { LoadOptions, LoadResult, StateDict } from "./state-dict.js";
