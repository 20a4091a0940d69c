/** Networks with forms that are hard to write in PyTorch: odd names, shared modules, Sequentials within each other. */
import { F, nn, ones, zeros, type Tensor } from "../src/entries/index.js";

/**
 * A network with members under two names (with and without weights), names that Python does not allow, an anonymous
 * class, and functional dropout.
 */
export function oddNetwork(): nn.Module {
  const relu = new nn.ReLU();
  const shared = new nn.Conv2d(4, 4, 3, { padding: 1 });
  return new (class extends nn.Module {
    in = new nn.Sequential(new nn.Conv2d(1, 4, 3), relu, shared, relu, shared);
    lambda = new nn.Parameter(zeros([4]));
    again = shared;
    group = new nn.Module();
    classify = new nn.Linear(4, 10);
    weights = this.classify.weight;

    constructor() {
      super();
      this.group.addModule("0", new nn.Dropout(0.2));
      this.group.registerBuffer("on/off", zeros([4]));
    }
    override forward(x: Tensor): Tensor {
      const held = this.group as unknown as { 0: nn.Dropout; "on/off": nn.Buffer };
      x = F.dropout2d(held[0](this.again(this.in(x))), 0.5, this.training);
      x = F.dropout(x.mean([2, 3]), 0.25, this.training)
        .add(this.lambda)
        .add(held["on/off"]);
      return F.logSoftmax(this.classify(x).add(F.linear(x, this.weights)), 1);
    }
  })();
}

/**
 * A network that is a Sequential, with dropout alone in another Sequential, nested ones, and a layer that occurs twice.
 */
export function sequentialNetwork(): nn.Sequential {
  const relu = new nn.ReLU();
  return new nn.Sequential(
    new nn.Sequential(new nn.Conv2d(1, 4, 3), relu, new nn.Sequential(new nn.BatchNorm2d(4), relu)),
    new nn.Sequential(new nn.Dropout(0.1)),
    new nn.AdaptiveAvgPool2d(2),
    new nn.Flatten(),
    new nn.Sequential({
      drop: new nn.Sequential(new nn.Identity(), new nn.Dropout(0.1)),
      scores: new nn.Linear(16, 10),
    }),
  );
}

/** A named Sequential with a user-defined module, so that its forward must be written. */
export function namedNetwork(): nn.Sequential {
  class Double extends nn.Module {
    gain = new nn.Parameter(ones([1]));
    override forward(x: Tensor): Tensor {
      return x.mul(this.gain).add(x);
    }
  }
  const conv = new nn.Conv2d(1, 10, 5);
  return new nn.Sequential({
    conv,
    twice: new Double(),
    drop: new nn.Dropout2d(0.5),
    mean: new nn.AdaptiveAvgPool2d(1),
  });
}

/** Modules that only drop, inside a user-defined network. */
export class DroppingNetwork extends nn.Module {
  conv = new nn.Conv2d(1, 10, 3);
  drop = new nn.Sequential(new nn.Dropout(0.1));
  again = new nn.Sequential(new nn.Sequential(new nn.Dropout2d(0.2), new nn.Dropout(0.3)));
  override forward(x: Tensor): Tensor {
    return this.again(this.drop(this.conv(x))).mean([2, 3]);
  }
}
