/** Properties of modules, optimizers and schedules under Python's names say what to write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { lrScheduler, SGD } from "../optim/index.js";
import * as nn from "./index.js";

type Anything = Record<string, (...given: unknown[]) => unknown>;
const model = new nn.Linear(2, 1);
const optimizer = new SGD(model.parameters(), { lr: 0.1 });
const scheduler = new lrScheduler.StepLR(optimizer, 1);
const plateau = new lrScheduler.ReduceLROnPlateau(optimizer);

const names: readonly (readonly [object: object, name: string, hint: string])[] = [
  [model, "state_dict", "write model.stateDict(…)"],
  [model, "load_state_dict", "write model.loadStateDict(…)"],
  [model, "named_parameters", "write model.namedParameters(…)"],
  [model, "named_children", "write model.namedChildren(…)"],
  [model, "zero_grad", "write model.zeroGrad(…)"],
  [model, "requires_grad_", "write model.requiresGrad_(…)"],
  [model, "requires_grad", "write model.requiresGrad_(…)"],
  [model, "register_buffer", "write model.registerBuffer(…)"],
  [model, "add_module", "write model.addModule(…)"],
  ...["to", "cuda", "cpu", "half", "float", "double"].map(
    (name) => [model, name, "leave it out: there is one device, and parameters are float32"] as const,
  ),
  [new nn.BatchNorm2d(1), "running_mean", "write layer.runningMean"],
  [new nn.BatchNorm2d(1), "track_running_stats", "write layer.trackRunningStats"],
  [new nn.Conv2d(1, 1, 1), "kernel_size", "write layer.kernelSize"],
  [new nn.Conv2d(1, 1, 1), "padding_mode", "images are padded with zeros only"],
  [model, "in_features", "write layer.inFeatures"],
  [new nn.MaxPool2d(2), "ceilMode", "windows that do not fit entirely are left out; pad the image, so that they fit"],
  [optimizer, "zero_grad", "write optimizer.zeroGrad(…)"],
  [optimizer, "param_groups", "write optimizer.paramGroups"],
  [optimizer, "lr", "write optimizer.paramGroups[0].lr"],
  [optimizer, "momentum", "write optimizer.paramGroups[0].momentum"],
  [scheduler, "get_last_lr", "write scheduler.getLastLr(…)"],
  [plateau, "load_state_dict", "write scheduler.loadStateDict(…)"],
];

for (const [object, name, hint] of names) {
  test(`${object.constructor.name}.${name}: ${hint}`, () => {
    const message = new RegExp(`there is no property "${name}"\\. Hint: ${hint.replace(/[()[\]]/g, "\\$&")}\\.$`);
    assert.throws(() => (object as Anything)[name], { name: "ArgumentError", message });
  });
}

test("settings that nobody reads cannot be set", () => {
  for (const [object, name] of [
    [optimizer, "lr"],
    [optimizer, "weightDecay"],
    [model, "requires_grad"],
    [model, "out_features"],
    [new nn.BatchNorm2d(1), "track_running_stats"],
    [new nn.AvgPool2d(2), "count_include_pad"],
    [new nn.Conv2d(1, 1, 1), "paddingMode"],
  ] as const) {
    assert.throws(() => ((object as unknown as Record<string, unknown>)[name] = 1), { name: "ArgumentError" });
  }
});

test("a field of one's own may have any of these names, and other absent properties are undefined", () => {
  class Net extends nn.Module {
    half = 0.5;
    to = "anywhere";
    constructor() {
      super();
      (this as unknown as { float: number }).float = 2; // as compilers for older JavaScript write fields
    }
  }
  assert.deepEqual(Object.entries(new Net()).slice(-3), [["half", 0.5], ["to", "anywhere"], ["float", 2]]); // prettier-ignore
  for (const object of [model, optimizer, scheduler] as unknown as Anything[]) {
    assert.equal(object["nothing"], undefined);
    assert.equal(object["toJSON"], undefined);
    assert.equal(object["then"], undefined);
    assert.ok(inspect(object).length > 0);
  }
});
