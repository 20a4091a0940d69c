/**
 * A process that separates JavaScript's share of a training step from the compiled program's. It wraps WebAssembly's
 * functions to time every program, and V8's compilation. Prints a line of JSON.
 *
 * Run: node step-anatomy.mjs THREADS
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const spent = { program: 0, v8: 0 };

function timed(kind, work) {
  return (...args) => {
    const began = performance.now();
    try {
      return work(...args);
    } finally {
      spent[kind] += performance.now() - began;
    }
  };
}

const { Module, Instance } = WebAssembly;
WebAssembly.Module = new Proxy(Module, { construct: timed("v8", (target, args) => new target(...args)) });
WebAssembly.Instance = new Proxy(Instance, {
  construct: timed("v8", (target, args) => {
    const { run, ...exports } = new target(...args).exports;
    return { exports: { ...exports, run: timed("program", run) } };
  }),
});

const { compile, configure, F, manualSeed, optim, randint, randn } = await import("../../dist/index.js");
const { ExerciseNet } = await import("../../dist/train/index.js");

const threads = Number(process.argv[2]);
configure({ threads });
manualSeed(1);
const model = new ExerciseNet();
const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
const batches = [32, 48, 64, 80, 96].map((size) => [randn([size, 1, 28, 28]), randint(0, 10, [size])]);
for (const tensors of batches) for (const tensor of tensors) tensor.data();

const trainStep = compile((images, labels) => {
  optimizer.zeroGrad();
  const loss = F.nllLoss(model(images), labels);
  loss.backward();
  optimizer.step();
  return loss;
});

/** One step, in milliseconds: all of it, the program's share, V8's compilation. */
function step([images, labels]) {
  Object.assign(spent, { program: 0, v8: 0 });
  const began = performance.now();
  trainStep(images, labels).item();
  return { total: performance.now() - began, ...spent };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** The first step with a batch size, and the time that later ones take outside the program. */
function measure(batch) {
  const first = step(batch);
  const later = Array.from({ length: 10 }, () => step(batch));
  return {
    batch: batch[0].shape[0],
    compiling: first.total - first.program - median(later.map(({ total, program }) => total - program)),
    ofItV8: first.v8,
  };
}

/** JavaScript's share of steps with the first batch, once everything is warm. */
function share(batch) {
  for (let i = 0; i < 50; i++) step(batch);
  const steps = Array.from({ length: 100 }, () => step(batch));
  const total = median(steps.map((one) => one.total));
  const script = median(steps.map((one) => one.total - one.program));
  return { step: total, script, share: script / total };
}

const compiled = batches.map(measure);
await sleep(200); // the engine's threads join when they have started
process.stdout.write(`${JSON.stringify({ threads, compiled, ...share(batches[0]) })}\n`, () => process.exit(0));
