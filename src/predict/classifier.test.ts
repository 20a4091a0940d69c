import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { encode } from "fast-png";
import { absolute, assertClose } from "../../test/closeness.js";
import { temporaryFolder } from "../../test/idx-folder.js";
import { Linear, LogSoftmax, Flatten, Sequential } from "../nn/index.js";
import { copyTensors } from "../train/checkpoint.js";
import { resolveConfig } from "../exercise/recipes.js";
import { encodeSafetensors } from "../formats/safetensors.js";
import { Classifier } from "./classifier.js";
import { loadClassifier } from "./load.js";

/** A network for images [1,2,2] whose likelihoods depend only on the first pixel. */
function network(): Sequential {
  const linear = new Linear(4, 2);
  linear.weight.setData(Float32Array.of(1, 0, 0, 0, -1, 0, 0, 0));
  linear.bias!.setData(new Float32Array(2));
  return new Sequential(new Flatten(), linear, new LogSoftmax(1));
}
const images = { size: [1, 2, 2], mean: 0.25, std: 0.5, classes: ["bright", "dark"] };

test("a PNG, a canvas's pixels and an array give likelihoods, and are normalised as in training", () => {
  const classifier = new Classifier(network(), images);
  const png = encode({ width: 2, height: 2, channels: 1, data: Uint8Array.of(204, 0, 0, 0) });
  const canvas = { width: 2, height: 2, data: [204, 0, 0, 0].flatMap((x) => [x, x, x, 255]) };
  const first = (0.8 - 0.25) / 0.5;
  const expected = 1 / (1 + Math.exp(-2 * first));
  for (const image of [
    png,
    canvas,
    [
      [0.8, 0],
      [0, 0],
    ],
  ]) {
    const { likelihoods, label, index, classes, inverted, originalSize } = classifier.predict(image);
    assertClose(likelihoods, [expected, 1 - expected], absolute(1e-6), "the likelihoods");
    assert.deepEqual(
      { label, index, classes, inverted },
      { label: "bright", index: 0, classes: ["bright", "dark"], inverted: false },
    );
    assert.deepEqual(originalSize, [2, 2]);
  }
  const { inverted, originalSize } = classifier.predict(
    encode({ width: 6, height: 4, channels: 1, data: new Uint8Array(24).fill(255) }),
  );
  assert.deepEqual([inverted, originalSize], [true, [4, 6]]);
});

test("networks for unsuitable images are refused", () => {
  assert.throws(
    () => new Classifier(network(), { ...images, size: [3, 2, 2] }),
    /Classifier: .*expected square images with one channel, got \[3,2,2\]/,
  );
});

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
  assert.equal(
    classifier.predict([
      [0.8, 0],
      [0, 0],
    ]).label,
    "bright",
  );

  await assert.rejects(
    loadClassifier(folder),
    /is not a built-in one; expected exercise, quick, got \/somewhere\/net\.ts\. Hint: pass a function/,
  );
  await assert.rejects(
    loadClassifier(`${folder}/`, { network: empty, weights: "best.safetensors" }),
    /best\.safetensors cannot be read: ENOENT.* Hint: give the folder/,
  );
  write("exercise");
  await assert.rejects(loadClassifier(folder), /does not fit ExerciseNet/);
  fs.writeFileSync(path.join(folder, "config.json"), "{");
  await assert.rejects(loadClassifier(folder), /config\.json: .*JSON/);
});
