/** The built-in networks, by the names that `kilograd train` and `kilograd summary` accept. */
import { AdaptiveAvgPool2d, BatchNorm2d, Conv2d, functional as F, MaxPool2d, Module } from "../nn/index.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * The exercise's network, with 12,514 parameters: it turns images [N, 1, 28, 28] into the logarithms of ten
 * likelihoods, [N, 10]. It has two blocks of convolutions with 8, 16 and 32 channels, with a pooling and a 1×1
 * convolution between them. Instead of a fully connected layer it ends with the mean over the last 7×7 positions and a
 * 1×1 convolution.
 * @example new ExerciseNet()(zeros([4, 1, 28, 28])).shape; // [4, 10]
 */
export class ExerciseNet extends Module {
  conv1 = new Conv2d(1, 8, 3);
  bn1 = new BatchNorm2d(8);
  conv2 = new Conv2d(8, 16, 3);
  bn2 = new BatchNorm2d(16);
  conv3 = new Conv2d(16, 32, 3);
  bn3 = new BatchNorm2d(32);
  pool = new MaxPool2d(2, { stride: 2 });
  transition = new Conv2d(32, 8, 1);
  bn4 = new BatchNorm2d(8);
  conv5 = new Conv2d(8, 16, 3);
  bn5 = new BatchNorm2d(16);
  conv6 = new Conv2d(16, 32, 3);
  bn6 = new BatchNorm2d(32);
  average = new AdaptiveAvgPool2d(1);
  classify = new Conv2d(32, 10, 1);

  override forward(images: Tensor): Tensor {
    let x = F.relu(this.bn1(this.conv1(images)));
    x = F.relu(this.bn2(this.conv2(x)));
    x = this.pool(F.relu(this.bn3(this.conv3(x))));
    x = F.relu(this.bn4(this.transition(x)));
    x = F.relu(this.bn5(this.conv5(x)));
    x = F.relu(this.bn6(this.conv6(x)));
    x = this.classify(this.average(x));
    return F.logSoftmax(x.view(-1, 10), 1);
  }
}

/**
 * A network that learns in fewer epochs, with 15,550 parameters: images [N, 1, 28, 28] become the logarithms of ten
 * likelihoods, [N, 10]. It has 3×3 convolutions with 12, 16 and 16 channels, a pooling, then 16, 24 and 24 channels,
 * the mean over the last 5×5 positions, and a 1×1 convolution. Convolutions before a batch norm have no bias, which the
 * batch norm would remove.
 * @example new QuickNet()(zeros([4, 1, 28, 28])).shape; // [4, 10]
 */
export class QuickNet extends Module {
  conv1 = new Conv2d(1, 12, 3, { bias: false });
  bn1 = new BatchNorm2d(12);
  conv2 = new Conv2d(12, 16, 3, { bias: false });
  bn2 = new BatchNorm2d(16);
  conv3 = new Conv2d(16, 16, 3, { bias: false });
  bn3 = new BatchNorm2d(16);
  pool = new MaxPool2d(2);
  conv4 = new Conv2d(16, 16, 3, { bias: false });
  bn4 = new BatchNorm2d(16);
  conv5 = new Conv2d(16, 24, 3, { bias: false });
  bn5 = new BatchNorm2d(24);
  conv6 = new Conv2d(24, 24, 3, { bias: false });
  bn6 = new BatchNorm2d(24);
  average = new AdaptiveAvgPool2d(1);
  classify = new Conv2d(24, 10, 1);

  override forward(images: Tensor): Tensor {
    let x = F.relu(this.bn1(this.conv1(images)));
    x = F.relu(this.bn2(this.conv2(x)));
    x = this.pool(F.relu(this.bn3(this.conv3(x))));
    x = F.relu(this.bn4(this.conv4(x)));
    x = F.relu(this.bn5(this.conv5(x)));
    x = F.relu(this.bn6(this.conv6(x)));
    x = this.classify(this.average(x));
    return F.logSoftmax(x.view(-1, 10), 1);
  }
}

/** The built-in networks, by the names that `kilograd train` and `kilograd summary` accept. */
export const networks: Readonly<Record<string, () => Module>> = {
  exercise: () => new ExerciseNet(),
  quick: () => new QuickNet(),
};
