/**
 * Networks other than the exercise's whose figures are known from elsewhere. Their weights are not initialised, because
 * only shapes matter.
 */
import * as nn from "../src/nn/index.js";
import type { Tensor } from "../src/tensor/tensor.js";

class Conv2d extends nn.Conv2d {
  override resetParameters(): void {}
}
class Linear extends nn.Linear {
  override resetParameters(): void {}
}

/** The channels of VGG-16's convolutions (Simonyan and Zisserman 2014, configuration D); 0 is a max pooling. */
const VGG16_CHANNELS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];

/** VGG-16 as torchvision builds it: images [N,3,224,224] to logits [N,1000]. */
export class VGG extends nn.Module {
  features = new nn.Sequential(...vggFeatures());
  avgpool = new nn.AdaptiveAvgPool2d(7);
  classifier = new nn.Sequential(
    new Linear(512 * 49, 4096),
    new nn.ReLU(),
    new nn.Dropout(),
    new Linear(4096, 4096),
    new nn.ReLU(),
    new nn.Dropout(),
    new Linear(4096, 1000),
  );

  override forward(images: Tensor): Tensor {
    return this.classifier(this.avgpool(this.features(images)).flatten(1));
  }
}

function vggFeatures(): nn.Module[] {
  let before = 3;
  return VGG16_CHANNELS.flatMap((channels) => {
    if (channels === 0) return [new nn.MaxPool2d(2)];
    const conv = new Conv2d(before, channels, 3, { padding: 1 });
    before = channels;
    return [conv, new nn.ReLU()];
  });
}

/** Calls a convolution, and the ReLU after it, twice. */
export class Twice extends nn.Module {
  conv = new nn.Conv2d(4, 4, 3);
  relu = new nn.ReLU();
  classify = new nn.Linear(4, 10);

  override forward(x: Tensor): Tensor {
    x = this.relu(this.conv(x));
    x = this.relu(this.conv(x));
    return this.classify(x.mean([2, 3]));
  }
}

/** Takes an image and a vector. */
export class TwoInputs extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3);
  pool = new nn.AdaptiveAvgPool2d(1);
  embed = new nn.Linear(6, 4);
  classify = new nn.Linear(4, 3);

  override forward(image: Tensor, vector: Tensor): Tensor {
    return this.classify(this.pool(this.conv(image)).flatten(1).add(this.embed(vector)));
  }
}
