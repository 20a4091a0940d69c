/** Layers that no public field holds are neither trained nor saved, in PyTorch without a word. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { summarize } from "../entries/summary.js";
import { checkNetwork } from "../entries/train.js";
import { SGD } from "../optim/index.js";
import { referenceEngine } from "../reference/reference-engine.js";
import { setEngine } from "../runtime/realize.js";
import { ones } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import * as nn from "./index.js";

setEngine(referenceEngine);

const outside = new nn.Linear(4, 2);

class Held extends nn.Module {
  fc = new nn.Linear(4, 2);
  override forward(x: Tensor): Tensor {
    return this.fc(x);
  }
}

class Private extends Held {
  readonly #layer = new nn.Linear(4, 4);
  override forward(x: Tensor): Tensor {
    return super.forward(this.#layer(x));
  }
}

class Closure extends Held {
  override forward(x: Tensor): Tensor {
    return super.forward(x).add(outside(x));
  }
}

class Late extends Held {
  late: nn.Linear | undefined;
  override forward(x: Tensor): Tensor {
    this.late ??= new nn.Linear(2, 2);
    return this.late(super.forward(x));
  }
}

class Fresh extends Held {
  override forward(x: Tensor): Tensor {
    return new nn.Linear(2, 2)(super.forward(x));
  }
}

class PrivateStatistics extends Held {
  readonly #bn = new nn.BatchNorm2d(2, { affine: false });
  override forward(x: Tensor): Tensor {
    return this.#bn(super.forward(x).view(-1, 2, 1, 1)).view(-1, 2);
  }
}

class PrivateDropout extends Held {
  readonly #dropout = new nn.Dropout(0.5);
  override forward(x: Tensor): Tensor {
    return super.forward(this.#dropout(x));
  }
}

class PrivateParameter extends Held {
  readonly #scale = new nn.Parameter(ones([2]));
  override forward(x: Tensor): Tensor {
    return super.forward(x).mul(this.#scale);
  }
}

function step(model: nn.Module, parameters: Iterable<nn.Parameter> = model.parameters()): void {
  const optimizer = new SGD(parameters, { lr: 0.1 });
  model(ones([3, 4]))
    .sum()
    .backward();
  optimizer.step();
}

const layers = { Private, Closure, Fresh, PrivateStatistics, PrivateDropout };
for (const [kind, Net] of Object.entries(layers)) {
  test(`${kind}: a call says which layer is in no field`, () => {
    const message = new RegExp(
      `${kind}: forward: calls a \\w+ that is in none of the network's fields, .* Hint: make layers in the c`,
    );
    assert.throws(() => new Net()(ones([3, 4])), { name: "StateError", message });
    assert.throws(() => step(new Net()), { name: "StateError", message });
    assert.throws(() => summarize(new Net(), [4]), { name: "StateError", message });
    assert.throws(() => checkNetwork(new Net(), [4], 2), { name: "StateError", message });
  });
}

for (const [kind, Net] of Object.entries({ Late, PrivateParameter })) {
  test(`${kind}: the first step, summaries and checks say which parameter is not trained`, () => {
    assert.throws(() => step(new Net()), {
      name: "StateError",
      message:
        /^SGD: a parameter of shape \[\d(,\d)?\] is in no optimizer, .* Hint: make all layers before the optimizer/,
    });
    const message = new RegExp(
      `^${kind}: a parameter of shape .*, which \\w+ reads, was in none of the network's fields`,
    );
    assert.throws(() => summarize(new Net(), [4]), { name: "StateError", message });
    assert.throws(() => checkNetwork(new Net(), [4], 2), { name: "StateError", message });
  });
}

test("a layer without parameters may be made where it is called", () => {
  class Loose extends Held {
    override forward(x: Tensor): Tensor {
      return new nn.ReLU()(new nn.Sequential(new nn.Flatten())(super.forward(x)));
    }
  }
  step(new Loose());
  assert.equal(summarize(new Loose(), [4]).totalParams, 10);
});

test("a layer that comes in the place of another one after the optimizer was made is found", () => {
  const model = new Held();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  model(ones([1, 4]));
  model.fc = new nn.Linear(4, 2);
  model(ones([1, 4]))
    .sum()
    .backward();
  assert.throws(() => optimizer.step(), { name: "StateError", message: /^SGD: a parameter of shape/ });
  optimizer.addParamGroup({ params: model.fc.parameters() });
  optimizer.step();
});

test("what is legitimate in PyTorch stays so", () => {
  const parts = new nn.Sequential(new nn.Linear(4, 3), new nn.Linear(3, 2));
  step(parts, parts[1]!.parameters()); // only a part is trained
  const late = new Late();
  late(ones([1, 4])); // a first pass makes the layers, and then the optimizer is made
  step(late);
  const frozen = new Closure();
  outside.requiresGrad_(false);
  step(frozen);
  outside.requiresGrad_(true);
  new nn.Parameter(ones([2])).sum().backward(); // somebody tries something else
  step(new Held());
  const [one, other] = [new Held(), new Held()];
  const [first, second] = [new SGD(one.parameters(), { lr: 0.1 }), new SGD(other.parameters(), { lr: 0.1 })];
  one(ones([1, 4]))
    .add(other(ones([1, 4])))
    .sum()
    .backward();
  first.step();
  second.step();
});
