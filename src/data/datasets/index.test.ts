/** What must hold for every dataset in this folder. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import type { DatasetClass } from "../dataset-class.js";
import * as datasets from "./index.js";

const classes = Object.entries<DatasetClass>(datasets);

for (const [className, { facts }] of classes) {
  test(`${className} has a name of its own, classes, a mean and deviation of pixels, and a licence`, () => {
    const { name, classes: labels, mean, std, license } = facts;
    const others = classes.filter(([other]) => other !== className);
    assert.match(name, /^[a-z][a-z0-9-]*$/, `${className}: --data takes lower-case names such as fashion-mnist`);
    assert.ok(!others.some(([, other]) => other.facts.name === name), `${className}: the name ${name} is taken`);
    assert.equal(new Set(labels).size, labels.length, `${className}: two classes have the same name`);
    assert.ok(labels.length > 1, `${className}: list the classes`);
    assert.ok(mean > 0 && mean < 1, `${className}: the mean of pixels from 0 to 1 cannot be ${mean}`);
    assert.ok(std > 0 && std <= 0.5, `${className}: the deviation of pixels from 0 to 1 cannot be ${std}`);
    assert.notEqual(license, "", `${className}: say under which licence the images may be used`);
  });

  test(`${className} is in src/data/datasets/${facts.name}.ts, with its test beside it`, () => {
    for (const file of [`${facts.name}.ts`, `${facts.name}.test.ts`]) {
      assert.ok(fs.existsSync(new URL(file, import.meta.url)), `src/data/datasets/${file} is missing`);
    }
  });
}

test("every dataset of the folder is in the list", () => {
  const known = classes.map(([, { facts }]) => `${facts.name}.ts`);
  const files = fs.readdirSync(new URL(".", import.meta.url)).filter((file) => !file.endsWith(".test.ts"));
  for (const file of files.filter((one) => one !== "index.ts")) {
    assert.ok(known.includes(file), `src/data/datasets/index.ts does not export the class of ${file}`);
  }
});
