/** Networks of people's own with mistakes in them, in every command that takes one: the mistake is named, with its place. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { exportSafetensors } from "../entries/export.js";
import { nn } from "../entries/index.js";
import { idxFolder, temporaryFolder } from "../../test/idx-folder.js";
import { kilograd } from "../../test/terminal.js";

function write(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = path.join(temporaryFolder(t), "a folder");
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  }
  return path.join(folder, Object.keys(files)[0]!);
}

/** A network in TypeScript, with changes. */
function net({ head = "", fields = "", forward = "return F.logSoftmax(this.conv(x).view(-1, 10), 1);" }): string {
  return `import { F, nn, type Tensor } from "kilograd";
${head}
export default class Net extends nn.Module {
  conv = new nn.Conv2d(1, 10, 28);
  ${fields}
  override forward(x: Tensor): unknown {
    ${forward}
  }
}\n`;
}

interface Mistake {
  readonly files: Readonly<Record<string, string>>;
  /** What is said of it, by all commands. */
  readonly says: RegExp;
}

const mistakes: Readonly<Record<string, Mistake>> = {
  "a syntax error": {
    files: { "net.ts": net({ fields: "oops oops" }) },
    says: /^kilograd: net: .*net\.ts:5:8: oops oops: Unexpected token\. Hint: mend this line\.$/m,
  },
  "an import of a file that is not there": {
    files: { "net.ts": net({ head: 'import { block } from "./blocks.js"; block();' }) },
    says: /^kilograd: net: .*net\.ts:2:23: .*: Could not resolve "\.\/blocks\.js"\. Hint: there is no such file: mend the path/m,
  },
  "an import of a package that is not installed": {
    files: { "net.ts": net({ head: 'import chalk from "@someone/nothing/part"; chalk();' }) },
    says: /^kilograd: net: .*net\.ts:2:19: .* Hint: install it beside the file with `npm install @someone\/nothing`\.$/m,
  },
  "an import of a name that another file does not export": {
    files: {
      "net.ts": net({ head: 'import { block } from "./blocks"; block();' }),
      "blocks.ts": "export const a = 1;",
    },
    says: /^kilograd: net: .*net\.ts:2:10: .*: No matching export in "blocks\.ts" for import "block"/m,
  },
  "an import of a name that kilograd does not export": {
    files: { "net.ts": net({ head: 'import { Conv2D } from "kilograd"; new Conv2D();' }) },
    says: /^kilograd: net: .*net\.ts imports Conv2D from kilograd, which has no such export\. Hint: write nn\.Conv2d\.$/m,
  },
  "an import of an entry that kilograd does not have": {
    files: { "net.ts": net({ head: 'import { Conv2d } from "kilograd/nn"; Conv2d();' }) },
    says: /^kilograd: net: .*net\.ts:2:24: .*kilograd has no entry "kilograd\/nn", only kilograd, kilograd\/summary, /m,
  },
  "an error that the file throws": {
    files: { "net.ts": net({ head: 'JSON.parse("{");' }) },
    says: /^kilograd: net: .*net\.ts:2:6: SyntaxError: Expected property name or '}' in JSON/m,
  },
  "an error that a file throws that it imports": {
    files: { "net.ts": net({ head: 'import "./more/block.js";' }), "more/block.ts": "\nconst a: any = null;\na.b();" },
    says: /^kilograd: net: .*more\/block\.ts:3:3: TypeError: Cannot read properties of null \(reading 'b'\)/m,
  },
  "a thrown word": {
    files: { "net.ts": net({ head: 'throw "no luck";' }) },
    says: /^kilograd: net: .*net\.ts throws no luck/m,
  },
  "a constructor that throws": {
    files: { "net.ts": net({ fields: "late = this.missing.length;" }) },
    says: /^kilograd: net: .*net\.ts:5:23: TypeError: Cannot read properties of undefined \(reading 'length'\)/m,
  },
  "a layer with a wrong argument": {
    files: { "net.ts": net({ fields: "late = new nn.Conv2d(0, 1, 1);" }) },
    says: /^kilograd: Conv2d: .*\n {2}at .*net\.ts:5:10$/m,
  },
  "a forward that throws": {
    files: { "net.ts": net({ forward: "return (x as any).noSuch.length;" }) },
    says: /^kilograd: net: .*net\.ts:7:30: TypeError: Cannot read properties of undefined \(reading 'length'\)/m,
  },
  "a forward whose shapes do not fit": {
    files: { "net.ts": net({ forward: "x = x.view(-1, 3);\nreturn x;" }) },
    says: /^kilograd: .*view.*\n {2}at .*net\.ts:7:\d+$/m,
  },
  "no default export": {
    files: { "net.ts": "export const answer = 42;" },
    says: /^kilograd: net: .*net\.ts does not export a network; expected one Module, .*, got answer\./m,
  },
  "a function that returns something else": {
    files: { "net.ts": "export default () => 42;" },
    says: /^kilograd: net: the function that .*net\.ts exports does not return a network; expected a Module, got number/m,
  },
};

for (const [what, { files, says }] of Object.entries(mistakes)) {
  test(`${what} is named, with its place, by every command`, async (t) => {
    const file = write(t, files);
    const data = ["--data", idxFolder(t, 10, 10)];
    const out = path.join(temporaryFolder(t), "run");
    for (const words of [
      ["train", file, ...data, "--out", out],
      ["train", file, ...data, "--dump-plan"],
      ["find-lr", file, ...data],
      ["find-batch-size", file, ...data],
      ["summary", file],
      ["inspect", file],
      ["bench", file],
    ]) {
      const { status, stderr } = await kilograd(words);
      assert.match(stderr, says, words[0]);
      assert.equal(status, 1);
      assert.ok(!fs.existsSync(out));
      assert.doesNotMatch(stderr, /kilograd-network-|src\/cli/, "nothing of the program's own");
    }
  });
}

test("a network with two outputs gets the same words from each command that trains", async (t) => {
  const file = write(t, { "net.mts": net({ forward: "return [x, x];" }) });
  const data = ["--data", idxFolder(t, 10, 10)];
  const weights = path.join(path.dirname(file), "weights.safetensors");
  fs.writeFileSync(weights, exportSafetensors(new nn.Linear(1, 1)));
  for (const words of [
    ["train"],
    ["train", "--dump-plan"],
    ["find-lr"],
    ["find-batch-size"],
    ["import", weights],
    ["bench"],
  ]) {
    const [command, ...more] = words as [string, ...string[]];
    const place =
      command === "import" ? [...more, "--net", file, ...data] : [file, ...more, ...(command === "bench" ? [] : data)];
    const { status, stderr } = await kilograd([command, ...place]);
    assert.match(
      stderr,
      /^kilograd: Net: the network's result does not fit data with 10 classes; expected log-likelihoods /,
      command,
    );
    assert.equal(status, 1);
  }
});

const body = `class Net extends nn.Module {
  constructor() { super(); this.conv = new nn.Conv2d(1, 10, 28); }
  forward(x) { return F.logSoftmax(this.conv(x).view(-1, 10), 1); }
}`;
const forms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "CommonJS, one class": { "net.cjs": `const { F, nn } = require("kilograd");\nmodule.exports = ${body};` },
  "CommonJS, in an object": { "net.cjs": `const { F, nn } = require("kilograd");\n${body}\nmodule.exports = { Net };` },
  "CommonJS, as exports": { "net.js": `const k = require("kilograd");\nconst { F, nn } = k;\nexports.Net = ${body};` },
  "CommonJS with another file and Node's modules": {
    "net.cjs": `const { posix } = require("path");\nif (posix.sep === "/") module.exports = require("./other.cjs");`,
    "other.cjs": `const { F, nn } = require("kilograd");\nmodule.exports = ${body};`,
  },
  "ES modules in a file called .js": { "net.js": `import { F, nn } from "kilograd";\nexport default ${body}` },
  "a function": {
    "net.mjs": `import { F, nn } from "kilograd";\n${body}\nexport default function make() { return new Net(); }`,
  },
  "an arrow function": { "net.mjs": `import { F, nn } from "kilograd";\n${body}\nexport default () => new Net();` },
  "an instance": { "net.mjs": `import { F, nn } from "kilograd";\n${body}\nexport default new Net();` },
  "a Sequential": {
    "net.ts": `import { nn } from "kilograd";
export default new nn.Sequential(new nn.Conv2d(1, 10, 28), new nn.Flatten(), new nn.LogSoftmax(1));`,
  },
  "two files that import each other": {
    "net.ts": `import { F, nn, type Tensor } from "kilograd";
import { classes } from "./classes.js";
export const kernel = 28;
export default class Net extends nn.Module {
  conv = new nn.Conv2d(1, classes(), kernel);
  override forward(x: Tensor): Tensor { return F.logSoftmax(this.conv(x).view(-1, 10), 1); }
}`,
    "classes.ts": `import { kernel } from "./net.js";\nexport const classes = (): number => kernel - 18;`,
  },
  "a JSON file": {
    "net.ts": `import { F, nn, type Tensor } from "kilograd";
import sizes from "./sizes.json";
export default class Net extends nn.Module {
  conv = new nn.Conv2d(1, sizes.classes, sizes.kernel);
  override forward(x: Tensor): Tensor { return F.logSoftmax(this.conv(x).view(-1, 10), 1); }
}`,
    "sizes.json": '{ "classes": 10, "kernel": 28 }',
  },
  "a package that uses kilograd": {
    "net.mjs": 'import { Net } from "layers";\nexport default Net;',
    "node_modules/layers/package.json": '{ "name": "layers", "type": "module", "main": "main.js" }',
    "node_modules/layers/main.js": `import { F, nn } from "kilograd";\nexport ${body}`,
  },
};

for (const [what, files] of Object.entries(forms)) {
  test(`a network is found in ${what}`, async (t) => {
    const { status, stdout, stderr } = await kilograd(["summary", write(t, files)]);
    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.match(stdout, /Total params: 7,850\n/);
  });
}

test("each trial of batch sizes starts with an instance's first weights", async (t) => {
  const file = write(t, forms["an instance"]!);
  const words = ["find-batch-size", file, "--data", idxFolder(t, 40, 20), "--images", "40", "--keep-lr", "--json"];
  const lines = (await kilograd([...words, "--sizes", "8,8"])).stdout.trim().split("\n");
  const [first, second] = lines.map((line) => ({ ...(JSON.parse(line) as object), imagesPerSecond: 0 }));
  assert.deepEqual(second, first);
});

test("what JavaScript says of a name is in the words of the network's file, not of its translation", async (t) => {
  const file = write(t, { "net.ts": net({ forward: "return F.log_softmax(this.conv(x), 1);" }) });
  const { stderr } = await kilograd(["summary", file]);
  assert.match(stderr, /net\.ts:7:\d+: TypeError: F\.log_softmax is not a function\. Hint: write F\.logSoftmax\.$/m);
});
