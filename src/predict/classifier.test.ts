import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { encode } from "fast-png";
import { absolute, assertClose } from "../../test/closeness.js";
import { readFixture } from "../../test/fixtures.js";
import { temporaryFolder } from "../../test/idx-folder.js";
import { measureAppearance } from "../data/appearance.js";
import { MNIST } from "../data/datasets/index.js";
import { ExerciseNet } from "../exercise/networks.js";
import { exportOnnx } from "../entries/export.js";
import { importOnnx } from "../entries/import.js";
import { decodeStateDict } from "../import/state-dict.js";
import { Flatten, Identity, Linear, LogSoftmax, Module, Sequential, Softmax } from "../nn/index.js";
import { copyTensors } from "../train/checkpoint.js";
import { resolveConfig } from "../exercise/recipes.js";
import { encodeSafetensors } from "../formats/safetensors.js";
import type { Tensor } from "../tensor/tensor.js";
import { tensor } from "../tensor/creation.js";
import { Classifier } from "./classifier.js";
import type { ClassifierImages } from "./classifier-images.js";
import { loadClassifier } from "./load.js";

/** A network for images [1,2,2] whose likelihoods depend only on the first pixel. */
function network(end: Module = new LogSoftmax(1)): Sequential {
  const linear = new Linear(4, 2);
  linear.weight.setData(Float32Array.of(1, 0, 0, 0, -1, 0, 0, 0));
  linear.bias!.setData(new Float32Array(2));
  return new Sequential(new Flatten(), linear, end);
}
const images = { size: [1, 2, 2], mean: 0.25, std: 0.5, classes: ["bright", "dark"] };
const rows = [
  [0.8, 0],
  [0, 0],
];

test("a PNG, a canvas's pixels and an array give likelihoods, and are normalised as in training", () => {
  const classifier = new Classifier(network(), images);
  const png = encode({ width: 2, height: 2, channels: 1, data: Uint8Array.of(204, 0, 0, 0) });
  const canvas = { width: 2, height: 2, data: [204, 0, 0, 0].flatMap((x) => [x, x, x, 255]) };
  const first = (0.8 - 0.25) / 0.5;
  const expected = 1 / (1 + Math.exp(-2 * first));
  for (const image of [png, canvas, rows]) {
    const { likelihoods, ...rest } = classifier.predict(image);
    assertClose(likelihoods, [expected, 1 - expected], absolute(1e-6), "the likelihoods");
    assert.deepEqual(rest, {
      label: "bright",
      index: 0,
      classes: ["bright", "dark"],
      inverted: false,
      centred: false,
      blank: false,
      originalSize: [2, 2],
    });
  }
});

test("log-likelihoods, scores and likelihoods give the same prediction", () => {
  const [expected] = [new Classifier(network(), images).predict(rows).likelihoods];
  for (const end of [new Identity(), new Softmax(1)]) {
    assertClose(new Classifier(network(end), images).predict(rows).likelihoods, expected, absolute(1e-6));
  }
});

const white = encode({ width: 6, height: 4, channels: 1, data: new Uint8Array(24).fill(255) });
const dark = { border: { mean: 0, least: 0, most: 0.1 }, centred: false };

test("a picture unlike the training's is inverted; arrays, and pictures for networks made by hand, are not", () => {
  const classifier = new Classifier(network(), { ...images, appearance: dark });
  const { inverted, originalSize, blank } = classifier.predict(white);
  assert.deepEqual([inverted, originalSize, blank], [true, [4, 6], true]);
  const array = [
    [1, 1],
    [1, 1],
  ];
  assert.equal(classifier.predict(array).inverted, false);
  assert.equal(classifier.predict(tensor(array)).inverted, false);
  assert.equal(new Classifier(network(), images).predict(white).inverted, false);
});

test("whoever calls decides", () => {
  const classifier = new Classifier(network(), { ...images, appearance: dark });
  assert.equal(classifier.predict(white, { invert: false }).inverted, false);
  assert.equal(classifier.predict(white, { invert: "auto" }).inverted, true);
  const made = new Classifier(network(), images);
  assert.equal(made.predict(rows, { invert: true }).inverted, true);
  assert.equal(made.predict(rows, { invert: true }).label, "dark");
  const stroke = [0, 0, 1, 0].map((x) => [x, 0, 0, 0]);
  assert.equal(made.predict(stroke, { centre: true }).centred, true);
  assert.equal(made.predict(stroke).centred, false);
});

test("networks for colours and for images that are not square get what they need", () => {
  class Means extends Module {
    override forward(x: Tensor): Tensor {
      return x.mean([2, 3]);
    }
  }
  const colours: ClassifierImages = { size: [3, 2, 4], mean: [0, 0.5, 0], std: [1, 0.5, 1], classes: ["r", "g", "b"] };
  const scores = (image: Parameters<Classifier["predict"]>[0]): number[] =>
    new Classifier(new Means(), colours).predict(image).likelihoods.map((x, _, [, g]) => Math.log(x / g!));
  const data = Array.from({ length: 8 }, () => [255, 255, 0, 255]).flat();
  assertClose(scores({ width: 4, height: 2, data }), [0, 0, -1], absolute(1e-5));
  assertClose(scores({ width: 8, height: 2, data: [...data, ...data] }), [0, 0, -1], absolute(1e-5));
  // Grey becomes three equal channels.
  assertClose(scores([[1, 1, 1, 1]]), [0, 0, 0], absolute(1e-5));
});

const border = { mean: 0.1, least: 0, most: 0.2 };
const wrongImages: readonly (readonly [unknown, RegExp])[] = [
  [
    { ...images, size: [2, 2, 2] },
    /invalid size; expected \[1, height, width\] .* or \[3, height, width\].*, got \[2,2,2\]/,
  ],
  [{ ...images, size: [28, 28] }, /invalid size; .*got \[28,28\]/],
  [{ ...images, size: 28 }, /invalid size/],
  [{ ...images, std: 0 }, /invalid std; expected numbers above 0, got 0/],
  [{ ...images, mean: [1, 2] }, /invalid mean; expected a number, or an array of 1/],
  [{ ...images, mean: undefined }, /mean is missing/],
  [{ ...images, invert: true }, /there is no option "invert"/],
  [{ ...images, classes: "ab" }, /invalid classes/],
  [{ ...images, appearance: "dark" }, /invalid appearance/],
  [{ ...images, appearance: {} }, /^ArgumentError: appearance: centred is missing/],
  [{ ...images, appearance: { border, centred: "yes" } }, /invalid centred; expected true or false, got "yes"/],
  [{ ...images, appearance: { border, centred: true, centered: true } }, /no option "centered"/],
  [
    { ...images, appearance: { border: { ...border, mean: NaN }, centred: true } },
    /invalid mean; expected a number from 0 to 1/,
  ],
  [
    { ...images, appearance: { border: { ...border, most: 255 }, centred: true } },
    /invalid most; expected a number from 0 to 1, got 255/,
  ],
  [
    { ...images, appearance: { border: { mean: 0, least: 0.5, most: 1 }, centred: true } },
    /invalid appearance\.border; expected least ≤ mean ≤ most/,
  ],
  [undefined, /images is missing/],
];

test("what a classifier cannot work with is refused", () => {
  for (const [given, message] of wrongImages) {
    assert.throws(() => new Classifier(network(), given as ClassifierImages), message);
  }
  assert.throws(() => new Classifier((() => 1) as unknown as Module, images), /invalid model; expected a Module/);
  const classifier = new Classifier(network(), images);
  assert.throws(
    () => classifier.predict(rows, { invert: 1 as unknown as boolean }),
    /invalid invert; expected "auto", or true or false, got 1/,
  );
  assert.throws(
    () => classifier.predict(rows, { inverted: true } as object),
    /there is no option "inverted".*perhaps you mean invert/,
  );
  assert.throws(
    () => new Classifier(network(), { ...images, size: [1, 2, 3] }).predict(rows, { centre: true }),
    /only grey and square/,
  );
});

test("a result that is not a number for each class is refused", () => {
  const ended = (end: Module): Classifier => new Classifier(network(end), images);
  class Nan extends Module {
    override forward(x: Tensor): Tensor {
      return x.mul(NaN);
    }
  }
  class Pair extends Module {
    override forward(x: Tensor): Tensor {
      return [x, x] as unknown as Tensor;
    }
  }
  assert.throws(() => ended(new Nan()).predict(rows), /result is not a number \(NaN\).*best\.safetensors/);
  assert.throws(
    () => ended(new Pair()).predict(rows),
    /not a number for each class; expected float32 \[1,2\], got \[a Tensor,a Tensor\]/,
  );
  const names = { ...images, classes: ["a", "b", "c"] };
  assert.throws(() => new Classifier(network(), names).predict(rows), /expected float32 \[1,3\], got float32 \[1,2\]/);
});

const digits = new MNIST({ train: false });

/** The exercise's network, trained in PyTorch on MNIST. */
function trained(negative: boolean): Classifier {
  const model = new ExerciseNet();
  model.loadStateDict(decodeStateDict(readFixture("weights/exercise.pt"), "exercise.pt"));
  const images = digits.images.map((x) => (negative ? 255 - x : x));
  const appearance = measureAppearance({ images, length: digits.length, width: 28, height: 28 });
  // (1 − x − mean) / std is what the network wants of a negative x.
  const net = negative ? new Sequential(new Negated(), model) : model;
  const [mean, std] = negative ? [1 - 0.1307, 0.3081] : [0.1307, 0.3081];
  return new Classifier(net, { size: [1, 28, 28], mean, std, classes: digits.classes, appearance });
}
class Negated extends Module {
  override forward(x: Tensor): Tensor {
    return x.mul(-1);
  }
}

/** How many of 100 digits are recognised when each is shown as `show` says. */
function recognised(
  classifier: Classifier,
  show: (digit: Uint8Array) => { width: number; height: number; data: Uint8Array },
): number {
  let correct = 0;
  for (let i = 0; i < 100; i++) {
    const { index } = classifier.predict(show(digits.images.subarray(784 * i, 784 * (i + 1))));
    if (index === digits.targets[i]) correct++;
  }
  return correct;
}

for (const negative of [false, true]) {
  test(`digits are recognised by a network trained on ${negative ? "light" : "dark"} backgrounds, wherever they are drawn`, () => {
    const classifier = trained(negative);
    const plain = (digit: Uint8Array) => ({ width: 28, height: 28, data: digit });
    const inverted = (digit: Uint8Array) => plain(digit.map((x) => 255 - x));
    const inCorner = (digit: Uint8Array) => {
      const data = new Uint8Array(64 * 90).fill(255);
      digit.forEach((x, k) => (data[(Math.floor(k / 28) + 60) * 64 + (k % 28) + 35] = 255 - x));
      return { width: 64, height: 90, data };
    };
    // The network was trained briefly, and recognises 92 of them.
    const shows = Object.entries({ plain, inverted, inCorner });
    assert.deepEqual(Object.fromEntries(shows.map(([name, show]) => [name, recognised(classifier, show)])), {
      plain: 92,
      inverted: 92,
      inCorner: 92,
    });
  });
}

test("a run is opened by its folder", async (t) => {
  const folder = temporaryFolder(t);
  const write = (net: string): void => {
    const config = resolveConfig("default", { net });
    const record = { config, data: {}, images, versions: { kilograd: "0", node: "0" } };
    fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(record));
  };
  write("/somewhere/net.ts");
  fs.writeFileSync(
    path.join(folder, "last.safetensors"),
    encodeSafetensors({ tensors: copyTensors(network().stateDict()), metadata: {} }),
  );
  const empty = (): Sequential => new Sequential(new Flatten(), new Linear(4, 2), new LogSoftmax(1));
  const classifier = await loadClassifier(folder, { network: empty });
  assert.equal(classifier.predict(rows).label, "bright");

  await assert.rejects(
    loadClassifier(folder),
    /is not a built-in one, and the run keeps no copy of it; expected exercise, quick, got \/somewhere\/net\.ts\. Hint: pass a function/,
  );
  await assert.rejects(
    loadClassifier(new URL("http://localhost/run") as unknown as string),
    /invalid run; expected the folder or the address of a run, got a URL\. Hint: .*String\(url\)/,
  );
  await assert.rejects(loadClassifier(folder, { net: empty } as object), /there is no option "net".*/);
  await assert.rejects(
    loadClassifier(`${folder}/`, { network: empty, weights: "best.safetensors" }),
    /best\.safetensors cannot be read: ENOENT.* Hint: give the folder/,
  );
  write("exercise");
  await assert.rejects(loadClassifier(folder), /does not fit ExerciseNet/);
  fs.writeFileSync(path.join(folder, "config.json"), "{");
  await assert.rejects(loadClassifier(folder), /config\.json: .*JSON/);
});

const endless = `import { Flatten, Linear, LogSoftmax, Sequential } from ${JSON.stringify(new URL("../nn/index.ts", import.meta.url).href)};
export default () => new Sequential(new Flatten(), new Linear(4, 2), new LogSoftmax(1));
`;

/** A run that keeps a network with the weights of `network()`. */
function runKeeping(t: TestContext, file: "network.mjs" | "network.onnx", bytes: Uint8Array | string): string {
  const folder = temporaryFolder(t);
  const kept = { file, sha256: createHash("sha256").update(bytes).digest("hex"), sources: {} };
  const record = { config: resolveConfig("default", { net: "/gone/net.ts" }), data: {}, images, network: kept };
  const text = JSON.stringify({ ...record, versions: { kilograd: "0", node: "0" } });
  fs.writeFileSync(path.join(folder, "config.json"), text);
  fs.writeFileSync(path.join(folder, file), bytes);
  const made = file === "network.mjs" ? network() : importOnnx(bytes as Uint8Array, file, { logLikelihoods: true });
  const tensors = copyTensors(made.stateDict());
  fs.writeFileSync(path.join(folder, "last.safetensors"), encodeSafetensors({ tensors, metadata: {} }));
  return folder;
}

test("a run that keeps its network is opened with it", async (t) => {
  const expected = new Classifier(network(), images).predict(rows);
  const model = exportOnnx(network(), images.size);
  for (const folder of [runKeeping(t, "network.mjs", endless), runKeeping(t, "network.onnx", model)]) {
    const { label, likelihoods } = (await loadClassifier(folder)).predict(rows);
    assert.equal(label, expected.label);
    assertClose(likelihoods, expected.likelihoods, absolute(1e-6), folder);
  }
});

test("a kept network that was edited, or cannot be imported, is refused", async (t) => {
  const edited = runKeeping(t, "network.mjs", endless);
  fs.appendFileSync(path.join(edited, "network.mjs"), "\n");
  await assert.rejects(loadClassifier(edited), /network\.mjs is not the network that was trained; expected SHA-256/);
  for (const [code, message] of [
    ['import "a-package-that-is-not-there";', /network\.mjs cannot be imported: .*Hint: pass a function/],
    ["throw new Error('no luck');", /network\.mjs cannot be imported: no luck/],
    ["export const one = 1;", /network\.mjs does not export a network/],
  ] as const) {
    await assert.rejects(loadClassifier(runKeeping(t, "network.mjs", code)), message);
  }
});

test("an image of one colour is blank, and one of a colour and white is not", () => {
  const classifier = new Classifier(network(), images);
  const filled = (...colours: number[][]): { width: number; height: number; data: number[] } => {
    return { width: 2, height: 1, data: colours.flatMap((colour) => [...colour, 255]) };
  };
  const [red, white] = [[255, 0, 0], [255, 255, 255]]; // prettier-ignore
  assert.equal(classifier.predict(filled(red, red)).blank, true);
  assert.equal(classifier.predict(filled(white, white)).blank, true);
  assert.equal(classifier.predict(filled(red, white)).blank, false);
});
