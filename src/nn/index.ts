/** `nn`: the layers' public names. */
export { LogSoftmax, ReLU, Sigmoid, Softmax, Tanh } from "./layers/activation.js";
export { BatchNorm2d, type BatchNorm2dOptions } from "./layers/batch-norm.js";
export { ModuleList, Sequential } from "./container.js";
export { Conv2d, type Conv2dOptions } from "./layers/conv.js";
export { Dropout, Dropout2d } from "./layers/dropout.js";
export { Flatten, Identity } from "./layers/flatten.js";
export * as functional from "./functional/index.js";
export * as init from "./init.js";
export { Linear, type LinearOptions } from "./layers/linear.js";
export { Module, type ForwardHook } from "./module.js";
export { Buffer, Parameter } from "./parameter.js";
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from "./layers/pooling.js";
export type { LoadOptions, LoadResult, StateDict } from "./state-dict.js";
