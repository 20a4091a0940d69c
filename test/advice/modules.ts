/** Parts of networks for the tests of advice. `[...body(), ...end()]` is a network that follows all rules. */
import * as nn from "../../src/nn/index.js";

export function block(from: number, to: number, kernel = 3, options: nn.Conv2dOptions = {}): nn.Module[] {
  return [new nn.Conv2d(from, to, kernel, options), new nn.BatchNorm2d(to), new nn.ReLU()];
}

export const pool = new nn.MaxPool2d(2);
export const average = new nn.AdaptiveAvgPool2d(1);
export const flatten = new nn.Flatten();
export const relu = new nn.ReLU();
export const softmax = new nn.Softmax(1);
export const logSoftmax = new nn.LogSoftmax(1);

/** From an image [1,28,28] to 16 channels. */
export const begin = (): nn.Module[] => [...block(1, 8), ...block(8, 16)];
/** From 8 channels to 16. */
export const rest = (): nn.Module[] => [...block(8, 16), ...block(16, 16), ...block(16, 16)];
/** From an image [1,28,28] to 16 channels, with a pooling and a transition in between. */
export const body = (): nn.Module[] => [...begin(), pool, ...block(16, 8, 1), ...rest()];
export const classify = (channels = 16, classes = 10): nn.Module => new nn.Conv2d(channels, classes, 1);
/** From 16 channels to the prediction. */
export const end = (): nn.Module[] => [average, classify(), flatten, logSoftmax];
