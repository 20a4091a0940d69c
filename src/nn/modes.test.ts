import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchNorm2d, Dropout, Module, Sequential } from "./index.js";
import { beginTraining, evaluating, keepingModes } from "./modes.js";

/** A network whose batch norm is frozen while its dropout trains. */
function withFrozenNorm(): { model: Sequential; modes: () => boolean[] } {
  const model = new Sequential(new BatchNorm2d(2), new Dropout(0.5));
  model[0]!.eval();
  return { model, modes: () => [...model.modules()].map(({ training }) => training) };
}

test("modules that were frozen one by one are frozen after an evaluation", () => {
  const { model, modes } = withFrozenNorm();
  const during = evaluating(model, modes);
  assert.deepEqual(during, [false, false, false]);
  assert.deepEqual(modes(), [true, false, true]);
});

test("a module that trains alone trains after an evaluation", () => {
  const { model, modes } = withFrozenNorm();
  model.eval();
  model[1]!.train();
  evaluating(model, () => undefined);
  assert.deepEqual(modes(), [false, false, true]);
});

test("modes come back after an error, and after changes one by one", () => {
  const { model, modes } = withFrozenNorm();
  const fail = (): void => {
    for (const module of model.modules()) module.training = !module.training;
    throw new Error("no luck");
  };
  assert.throws(() => keepingModes(model, fail), /no luck/);
  assert.deepEqual(modes(), [true, false, true]);
});

test("training begins with all modules of a network that was evaluated, and without frozen ones of one that trains", () => {
  const evaluated = withFrozenNorm();
  evaluated.model.eval();
  beginTraining(evaluated.model);
  assert.deepEqual(evaluated.modes(), [true, true, true]);

  const trained = withFrozenNorm();
  beginTraining(trained.model);
  assert.deepEqual(trained.modes(), [true, false, true]);
});

test("a network that freezes modules in train() is asked to", () => {
  class FrozenNorm extends Module {
    norm = new BatchNorm2d(2);

    override train(mode = true): this {
      super.train(mode);
      this.norm.eval();
      return this;
    }
  }
  const model = new FrozenNorm();
  beginTraining(model);
  assert.deepEqual([model.training, model.norm.training], [true, false]);
});
