/** Runs tests of a page's program in Jest with jsdom, with Jest's own modules and turned into CommonJS by Babel. */
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { inEnvironment } from "../environments.js";
import { needs } from "../oracles.js";
import { makeProject, webTool, type Project } from "./project.js";

let project: Project;
const jest = needs("Jest with jsdom", "webTools");

before(() => {
  if (!jest.skip) project = makeProject("jest", false);
});

after(() => project.remove());

const noCoders = [
  "kilograd",
  ...["data", "predict", "quiz", "report", "summary", "train"].map((name) => `kilograd/${name}`),
];

/** A test for Jest, in which a module is loaded with `load(name)`. */
const program = (load: (name: string) => string): string => `
test("all entries without TextEncoder load", async () => {
  ${noCoders.map((name) => `expect(Object.keys(await ${load(name)}).length).toBeGreaterThan(0);`).join("\n  ")}
});

test("a network trains and predicts", async () => {
  const { F, manualSeed, nn, optim, rand, tensor } = await ${load("kilograd")};
  const { Classifier } = await ${load("kilograd/predict")};
  const { DataLoader, TensorDataset } = await ${load("kilograd/data")};
  manualSeed(1);
  const net = new nn.Sequential(new nn.Conv2d(1, 2, 3), new nn.Flatten(), new nn.Linear(72, 2));
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
  const data = new TensorDataset(rand([4, 1, 8, 8]), tensor(Int32Array.of(0, 1, 0, 1)));
  for (const [images, labels] of new DataLoader(data, { batchSize: 4 })) {
    const loss = F.crossEntropy(net(images), labels);
    loss.backward();
    optimizer.step();
    expect(loss.item()).toBeLessThan(3);
  }
  const classifier = new Classifier(net, { size: [1, 8, 8], mean: 0.5, std: 0.5, classes: ["a", "b"] });
  const { likelihoods } = classifier.predict({ width: 8, height: 8, pixels: new Float32Array(64) });
  expect(likelihoods[0] + likelihoods[1]).toBeCloseTo(1);
});
`;

/** Lines of docs/using-elsewhere.md, which give jsdom what two entries need. */
const setUp = `import { TextDecoder, TextEncoder } from "node:util";
Object.assign(globalThis, { TextDecoder, TextEncoder });
`;

const write = (name: string, content: string): void => fs.writeFileSync(path.join(project.folder, name), content);

test("as modules", jest, () => {
  const settings = { testEnvironment: "jsdom", transform: {} };
  write("jest.config.json", JSON.stringify(settings));
  write(
    "page.test.js",
    program((name) => `import("${name}")`),
  );
  runJest("--experimental-vm-modules");
});

test("as modules, with TextEncoder, also the entries for ONNX", jest, () => {
  write("jest.config.json", JSON.stringify({ testEnvironment: "jsdom", transform: {}, setupFiles: ["./set-up.js"] }));
  write("set-up.js", setUp);
  const both = ["import", "export"].map((name) => `expect(await import("kilograd/${name}")).toBeDefined();`).join("\n");
  write("page.test.js", `test("they load", async () => {\n${both}\n});\n`);
  runJest("--experimental-vm-modules");
});

test("turned into CommonJS, as Jest does with Babel", jest, () => {
  const preset = [inEnvironment("web-tools", "@babel", "preset-env"), { targets: { node: "current" } }];
  const babel = [inEnvironment("web-tools", "babel-jest"), { presets: [preset], compact: false }];
  const settings = {
    testEnvironment: "jsdom",
    transform: { "\\.js$": babel },
    transformIgnorePatterns: ["node_modules/(?!kilograd/)"],
  };
  write("jest.config.json", JSON.stringify(settings));
  write(
    "page.test.js",
    program((name) => `require("${name}")`),
  );
  runJest();
});

function runJest(...options: readonly string[]): void {
  project.run(process.execPath, ...options, fs.realpathSync(webTool("jest")), "--rootDir", project.folder);
}
