/** `kilograd import FILE` */
import fs from "node:fs";
import path from "node:path";
import { UsageError } from "../../entries/index.js";
import { DataLoader } from "../../entries/data.js";
import { evaluate, networks } from "../../entries/train.js";
import { datasetNames, Run } from "../../entries/train-node.js";
import { assemble } from "../assembly.js";
import { isOnnx } from "../network-file.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import { addSettings, DATA, readConfig } from "../options.js";
import { checkFolder, makeRun } from "../run-folder.js";
import { examples, ownCommand } from "../own-command.js";
import type { DefineCommand, Surroundings } from "../surroundings.js";
import { loadWeights, metadataOf } from "../weights-file.js";

interface ImportOptions extends DownloadOptions {
  readonly net?: string;
  readonly data?: string;
  readonly loss?: string;
  readonly out?: string;
}

const EXAMPLES = [
  ["import model.pt", "weights of the exercise's network, trained in PyTorch"],
  ["import weights.npz --net my-net.ts", "weights of a network of your own"],
  ["import model.onnx --out runs/onnx", "a network with its weights"],
  ["evaluate runs/onnx"],
  ["train --weights model.pt --lr 0.01", "train from these weights with settings of your own"],
] as const;

export const defineCommand: DefineCommand = (command, surroundings) => {
  addDownload(addSettings(command, ["loss"]))
    .description("turn what another tool has trained into a run, for evaluate, predict and train")
    .argument("<file>", "safetensors, PyTorch's .pt with a state dict, NumPy's .npz, or ONNX")
    .option(
      "--net <net>",
      "the network that the weights belong to (default: what the file says, or exercise; an ONNX model brings its own)",
    )
    .option("--data <name|folder>", `the data that it was trained on (default: what the file says, or mnist): ${DATA}`)
    .option("--out <folder>", "the run's folder (default: runs/<date>-<time>-import)")
    .addHelpText("after", () => examples(EXAMPLES))
    .action((file: string, options: ImportOptions) => importFile(file, options, surroundings));
};

async function importFile(file: string, options: ImportOptions, { stdout, stderr }: Surroundings): Promise<void> {
  checkOptions(file, options);
  const metadata = await metadataOf(file);
  refuseOwnNetwork(file, options, metadata);
  const said = knownSettings(metadata, isOnnx(file));
  if (options.data === undefined && said.data !== undefined) requireData(file, said.data);
  const used = Object.entries(said).filter(([name]) => options[name as keyof KnownSettings] === undefined);
  const { net = said.net ?? "exercise", data = said.data, loss = said.loss } = options;
  const words = { recipe: "default", ...(data === undefined ? {} : { data }), ...(loss === undefined ? {} : { loss }) };
  const config = isOnnx(file) ? readConfig(file, words) : readConfig(net, { ...words, weights: file });
  await downloadIfAsked(config.data, options, stderr);
  const { trainer, data: opened, copy } = await assemble(config);
  const notices =
    used.length === 0 ? [] : [`${file} says ${used.map(([name, word]) => `--${name} ${word}`).join(" ")}`];
  if (config.weights !== null) notices.push(...(await loadWeights(trainer.model, file, hintAtNet(metadata))));
  // A test of a few images, because the training that would notice scores instead of log-likelihoods does not take place.
  const [few] = new DataLoader(opened.test, { batchSize: 2 });
  if (few) evaluate(trainer.model, [few], { loss: config.loss });
  const { run } = makeRun(options.out, "import", (folder) => Run.create(folder, config, opened, copy));
  const close = run.follow(trainer);
  // A training that is stopped before its first step leaves a checkpoint of its initial weights.
  trainer.on("start", () => trainer.stop());
  try {
    await trainer.run();
  } finally {
    close();
  }
  const count = [...trainer.model.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
  for (const notice of notices) stdout.write(`${notice}\n`);
  stdout.write(`${count.toLocaleString("en")} parameters from ${file}\nRun: ${run.folder}\n`);
}

function hintAtNet({ network }: Readonly<Record<string, string>>): string {
  const said = network === undefined || Object.hasOwn(networks, network) ? "" : `, which the file calls ${network},`;
  return `name the network that the weights belong to${said} with --net`;
}

interface KnownSettings {
  readonly net?: string;
  readonly data?: string;
  readonly loss?: string;
}

/** Refuses weights of a network in a file unless it was asked for: a file of weights should not decide what code runs. */
function refuseOwnNetwork(file: string, options: ImportOptions, { network }: Readonly<Record<string, string>>): void {
  if (network === undefined || options.net !== undefined || isOnnx(file)) return;
  if (Object.hasOwn(networks, network) || !fs.existsSync(network)) return;
  const more = (["data", "loss", "out"] as const).flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name}`, value];
  });
  throw new UsageError({
    op: "--net",
    problem: `${file} holds the weights of the network in ${network}, whose code is not run unless you name it`,
    hint: `if you trust it, \`${ownCommand`import ${file} --net ${network} ${more}`.trimEnd()}\``,
  });
}

/** Refuses to put other data in the place of the folder that a file names. */
function requireData(file: string, data: string): void {
  if (datasetNames.includes(data) || fs.existsSync(data)) return;
  throw new UsageError({
    op: "--data",
    problem: `${file} says --data ${data}, which is not here`,
    expected: DATA,
    hint: "pass --data with the folder in which these data are now",
  });
}

/**
 * The settings that a file of `kilograd export` names, and that are known here. The code of a network is not looked for:
 * the file may come from elsewhere. An ONNX model brings its network, which is made to return log-likelihoods.
 */
function knownSettings({ network, data, loss }: Readonly<Record<string, string>>, isModel: boolean): KnownSettings {
  const isNetwork = !isModel && network !== undefined && Object.hasOwn(networks, network);
  return {
    ...(isNetwork ? { net: network } : {}),
    ...(data !== undefined ? { data } : {}),
    ...(!isModel && loss !== undefined ? { loss } : {}),
  };
}

function checkOptions(file: string, { net, out }: ImportOptions): void {
  if (net !== undefined && isOnnx(file)) {
    throw new UsageError({ op: "--net", problem: "an ONNX model brings its own network", got: path.basename(net) });
  }
  checkFolder(out);
}
