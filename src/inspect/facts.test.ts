import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchNorm2d, Conv2d, Dropout, functional as F, Linear, Module, Parameter } from "../nn/index.js";
import { ones } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { answerQuestions } from "../exercise/answers.js";
import { gatherFacts } from "./facts.js";
import { ExerciseNet } from "../exercise/networks.js";

test("the exercise's network, and the notebook's six answers", () => {
  const facts = gatherFacts(new ExerciseNet(), [1, 28, 28]);
  assert.deepEqual(facts, { parameters: 12_514, fullyConnected: 0, dropout: false, batchNorm: true, pointwise: true });
  assert.deepEqual(
    answerQuestions(facts, 99.44).map(({ question, answer }) => `${question}: ${answer}`),
    [
      "Final validation accuracy: 99.44",
      "Number of parameters: 12514",
      "Dropout used: False",
      "Batch normalisation used: True",
      "Fully connected layer used: False",
      "1x1 kernels used: True",
    ],
  );
});

test("fully connected layers are found in any style", () => {
  class Net extends Module {
    first = new Linear(16, 8);
    second = new Parameter(ones([4, 8]));
    third = new Parameter(ones([4, 3]));
    override forward(x: Tensor): Tensor {
      return F.linear(this.first(x.flatten(1)), this.second).matmul(this.third);
    }
  }
  assert.equal(gatherFacts(new Net(), [1, 4, 4]).fullyConnected, 3);
});

test("a pooling that is computed as a matrix product is not a fully connected layer", () => {
  class Net extends Module {
    conv = new Conv2d(1, 2, 3);
    override forward(x: Tensor): Tensor {
      return F.adaptiveAvgPool2d(this.conv(x), [3, 4]);
    }
  }
  const facts = gatherFacts(new Net(), [1, 9, 9]);
  assert.deepEqual(facts, { parameters: 20, fullyConnected: 0, dropout: false, batchNorm: false, pointwise: false });
});

test("dropout counts if it drops something; the network's mode stays the same", () => {
  class Net extends Module {
    drop = new Dropout(0);
    bn = new BatchNorm2d(1);
    override forward(x: Tensor): Tensor {
      return this.bn(this.drop(x));
    }
  }
  const net = new Net();
  assert.equal(gatherFacts(net, [1, 2, 2]).dropout, false);
  net.drop.p = 0.1;
  assert.equal(gatherFacts(net, [1, 2, 2]).dropout, true);
  assert.equal(net.training, true);
});
