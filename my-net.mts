import { F, nn, type Tensor } from "kilograd";

export default class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 8, 3, { stride: 2 });
  conv2 = new nn.Conv2d(8, 10, 3);

  override forward(x: Tensor): Tensor {
    x = this.conv2(F.relu(this.conv1(x)));
    return F.logSoftmax(x.mean([2, 3]), 1);
  }
}
