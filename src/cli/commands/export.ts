/** `kilograd export RUN --to FORMAT` */
import path from "node:path";
import { UsageError, type nn } from "../../entries/index.js";
import { describeRun, exportNpz, exportOnnx, exportPytorch, exportSafetensors } from "../../entries/export.js";
import { licenseOf, makeFolder, writeFileAtomic, type Run } from "../../entries/train-node.js";
import { openRun } from "../assembly.js";
import { examples } from "../own-command.js";
import type { DefineCommand } from "../surroundings.js";

interface ExportOptions {
  readonly to: string;
  readonly out?: string;
  readonly weights: string;
  readonly softmax?: true;
  readonly preprocessing?: true;
}

/** A network with the chosen weights, and the metadata that describes them. */
interface Exported {
  readonly run: Run;
  readonly model: nn.Module;
  readonly metadata: Readonly<Record<string, string>>;
  readonly options: ExportOptions;
}

type Files = Readonly<Record<string, Uint8Array | string>>;

interface Format {
  /** Where it goes within the run's folder: a file, or a folder for several files. */
  readonly place: string;
  /** The content of one file, or of several files by name. */
  readonly make: (exported: Exported) => Uint8Array | Files;
}

const formats: Readonly<Record<string, Format>> = {
  safetensors: {
    place: "model.safetensors",
    make: ({ model, metadata }) => exportSafetensors(model, metadata),
  },
  onnx: {
    place: "model.onnx",
    make: ({ run, model, metadata, options: { softmax, preprocessing } }) => {
      const { size, mean, std } = run.record.images;
      const version = run.record.versions.kilograd;
      const added = { softmax: softmax ?? false, ...(preprocessing ? { preprocessing: { mean, std } } : {}) };
      return exportOnnx(model, size, { ...added, metadata, version });
    },
  },
  pytorch: {
    place: "pytorch",
    make: ({ run, model, metadata }) => ({
      "model.py": exportPytorch(model, { config: run.record.config, images: run.record.images }),
      "model.safetensors": exportSafetensors(model, metadata),
    }),
  },
  npz: { place: "model.npz", make: ({ model }) => exportNpz(model) },
};
const names = Object.keys(formats).join(", ");

const EXAMPLES = [
  ["export runs/first --to onnx --softmax --preprocessing", "takes bytes, gives likelihoods"],
  ["export runs/first --to pytorch --out elsewhere", "then: python elsewhere/model.py"],
  ["export runs/first --to safetensors --weights best"],
] as const;

export const defineCommand: DefineCommand = (command, surroundings) => {
  command
    .description("write a run's network in a format that other tools read")
    .argument("<run>", "the folder of a run")
    .requiredOption("--to <format>", `the format: ${names}`)
    .option("--out <path>", "the file, or for pytorch the folder; by default in the run's folder")
    .option("--weights <which>", "last, or best for those of the epoch with the most correct answers", "last")
    .option("--softmax", "onnx: end with a softmax, so that the outputs are likelihoods")
    .option("--preprocessing", "onnx: take bytes from 0 to 255 and normalise them in the graph")
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (folder: string, options: ExportOptions) => {
      const format = checkOptions(options);
      const { run, model, load } = await openRun(folder, surroundings);
      const epoch = load(options.weights as "last" | "best");
      const tested = run.epochs().find((record) => record.epoch === epoch);
      const metadata = describeRun(run.record, tested, licenseOf(run.record.config.data));
      const made = format.make({ run, model, metadata, options });
      for (const file of writeFiles(options.out ?? path.join(folder, format.place), made))
        surroundings.stdout.write(`${file}\n`);
    });
};

function checkOptions({ to, weights, softmax, preprocessing }: ExportOptions): Format {
  const format = Object.hasOwn(formats, to) ? formats[to] : undefined;
  if (!format) throw new UsageError({ op: "--to", problem: "no such format", expected: names, got: to });
  if (weights !== "last" && weights !== "best") {
    throw new UsageError({
      op: "--weights",
      problem: "no such weights",
      expected: "last or best",
      got: weights,
    });
  }
  if (to !== "onnx" && (softmax || preprocessing)) {
    const op = softmax ? "--softmax" : "--preprocessing";
    throw new UsageError({
      op,
      problem: "only for ONNX",
      expected: "--to onnx",
      got: `--to ${to}`,
    });
  }
  return format;
}

/** Writes one file, or several into a folder. Returns their paths. */
function writeFiles(place: string, made: Uint8Array | Files): string[] {
  const files = made instanceof Uint8Array ? { [place]: made } : prefixed(place, made);
  for (const [file, content] of Object.entries(files)) {
    makeFolder(path.dirname(file));
    writeFileAtomic(file, content);
  }
  return Object.keys(files);
}

function prefixed(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [path.join(folder, name), content]));
}
