/**
 * A run is a folder: config.json (the resolved configuration with its seed, the data's hashes, versions), network.mjs or
 * network.onnx (a copy of a network that is not a built-in one), metrics.jsonl (every step and epoch), last.safetensors (to resume from) and best.safetensors (the epoch with the most correct
 * answers so far). Summary, report and exports are computed from it. Node only.
 */
import { instance, text } from "../errors/kinds.js";
import { Signature, required } from "../errors/signature.js";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { DataError } from "../errors/errors.js";
import { makeFolder, writeFileAtomic } from "./atomic-file.js";
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from "../train/checkpoint.js";
import type { TrainConfig } from "../config/config.js";
import type { OpenedData } from "./datasets.js";
import type { CheckpointEvent, EpochEvent } from "../train/events.js";
import { MetricsFile, readEpochs, readMetrics, type EpochRecord, type MetricsRecord } from "./metrics-file.js";
import { parseRunRecord, RUN_HINT, type KeptNetwork, type RunRecord } from "./run-record.js";
import type { Trainer } from "../train/trainer.js";

const ofPackageVersion = new Signature("packageVersion", []);

/**
 * Returns the version of this package.
 * @returns the version, as in package.json
 * @example /^\d+\.\d+\.\d+/.test(packageVersion()); // true
 */
export function packageVersion(): string {
  ofPackageVersion.read(arguments);
  const text = fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

const ofDefaultRunFolder = new Signature("defaultRunFolder", [
  required("recipe", text("the name of a recipe")),
  required(
    "now",
    instance("a Date", () => Date),
  ),
]);

/**
 * Returns the folder of a new run.
 * @param recipe the name of its recipe
 * @param now the time at which it starts
 * @returns a path with date, time and recipe
 * @example defaultRunFolder("default", new Date(2026, 4, 1, 14, 25, 30)); // "runs/2026-05-01-142530-default"
 */
export function defaultRunFolder(recipe: string, now: Date): string {
  ofDefaultRunFolder.read(arguments);
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("");
  return path.join("runs", `${day}-${time}-${recipe}`);
}

/** A network that is not a built-in one, as a run keeps it. */
export interface NetworkCopy extends Pick<KeptNetwork, "file" | "sources"> {
  /** The content of the file. */
  readonly bytes: Uint8Array;
}

/**
 * A training on disk. Its folder has config.json (all settings, hashes of the data, versions), metrics.jsonl (every
 * step and epoch), last.safetensors (to continue from) and best.safetensors (the epoch with the most correct answers).
 * @example
 * const run = Run.open("runs/first");
 * const model = new ExerciseNet();
 * model.loadStateDict(toTensors(run.readCheckpoint("best").state.model));
 * run.record.images.size; // [1, 28, 28]
 */
export class Run {
  /**
   * @param folder the run's folder
   * @param record what its config.json holds
   */
  private constructor(
    readonly folder: string,
    readonly record: RunRecord,
  ) {}

  /**
   * Says whether a folder can become a run: it does not exist, or is empty.
   * @param folder its path
   * @returns whether it can
   * @example
   * Run.isFree("runs/first"); // false
   * Run.isFree("runs/second"); // true
   */
  static isFree(folder: string): boolean {
    return !fs.existsSync(folder) || (fs.statSync(folder).isDirectory() && fs.readdirSync(folder).length === 0);
  }

  /**
   * Starts a run: makes the folder, and writes what is known before the first step.
   * @param folder its path
   * @param config all settings
   * @param data facts about the images, and the hashes of their files
   * @param network the network, unless it is a built-in one; default: none
   * @returns the run
   * @throws KilogradError if the folder cannot be made or written to
   * @example
   * const data = openData("data", { rotation: 0, shift: 0, scale: 0 });
   * Run.create("runs/second", resolveConfig("notebook"), data).record.config.epochs; // 19
   */
  static create(
    folder: string,
    config: TrainConfig,
    { hashes, info }: Pick<OpenedData, "hashes" | "info">,
    network?: NetworkCopy,
  ): Run {
    const versions = { kilograd: packageVersion(), node: process.versions.node };
    const kept = network && { file: network.file, sha256: sha256(network.bytes), sources: network.sources };
    const record = { config, data: hashes, images: info, ...(kept ? { network: kept } : {}), versions };
    const run = new Run(folder, record);
    const isNew = !fs.existsSync(folder);
    try {
      makeFolder(folder);
      if (network) writeFileAtomic(path.join(folder, network.file), network.bytes);
      writeFileAtomic(run.configFile, `${JSON.stringify(record, null, 2)}\n`);
    } catch (error) {
      if (isNew && fs.existsSync(folder)) fs.rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return run;
  }

  /**
   * Opens a run.
   * @param folder its path
   * @returns the run
   * @throws DataError if the folder is not a run, or if its record is damaged
   * @example Run.open("runs/first").record.config.batchSize; // 8
   */
  static open(folder: string): Run {
    const file = path.join(folder, "config.json");
    return new Run(folder, parseRunRecord(readJson(file, folder), file));
  }

  /**
   * Reads the run's copy of its network.
   * @returns the copy; undefined if the network is a built-in one, or if the run is of an early version
   * @throws DataError if the file is missing or was changed
   * @example Run.open("runs/first").readNetwork(); // undefined
   */
  readNetwork(): NetworkCopy | undefined {
    const { network } = this.record;
    if (!network) return undefined;
    const file = path.join(this.folder, network.file);
    const bytes = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
    if (bytes && sha256(bytes) === network.sha256) return { file: network.file, sources: network.sources, bytes };
    throw new DataError({
      op: "run",
      problem: `${file} is not the network that was trained`,
      expected: `SHA-256 ${network.sha256}`,
      got: bytes ? sha256(bytes) : "no such file",
      hint: "restore the file: a run's network must not be edited. To train a changed network, start a new run",
    });
  }

  /**
   * Says what has become of the files that the run's network was made of.
   * @returns "same"; "changed" if at least one of them was edited; "gone" if the network's own file is no longer there
   * @example Run.open("runs/first").originalNetwork(); // "same"
   */
  originalNetwork(): "same" | "changed" | "gone" {
    const { config, network } = this.record;
    const isKept = Object.keys(network?.sources ?? {}).length > 0;
    if (isKept && !fs.existsSync(config.net)) return "gone";
    return this.changedFile() === undefined ? "same" : "changed";
  }

  /**
   * Finds a file that the run's network was made of and that is another one now, or gone.
   * @returns the path of the first such file; undefined if there is none
   * @example Run.open("runs/first").changedFile(); // undefined
   */
  changedFile(): string | undefined {
    const { config, network } = this.record;
    const files = Object.entries(network?.sources ?? {}).map(([name, hash]) => {
      return { file: path.resolve(path.dirname(config.net), name), hash };
    });
    return files.find(({ file, hash }) => !fs.existsSync(file) || sha256(fs.readFileSync(file)) !== hash)?.file;
  }

  /**
   * Refuses data other than what the run was trained on.
   * @param hashes the SHA-256 of each file, by its name
   * @throws DataError for the first file that differs
   * @example Run.open("runs/first").checkData(openData("data", { rotation: 0, shift: 0, scale: 0 }).hashes);
   */
  checkData(hashes: RunRecord["data"]): void {
    for (const [file, expected] of Object.entries(this.record.data)) {
      if (hashes[file] === expected) continue;
      throw new DataError({
        op: "run",
        problem: `the data file ${file} is not the file that ${this.folder} was trained on`,
        expected: `SHA-256 ${expected}`,
        got: hashes[file] ?? "no such file",
        hint: "restore the file, or start a new training",
      });
    }
  }

  /**
   * Says whether the run has a checkpoint.
   * @param which the last, or the best
   * @returns whether it does
   * @example Run.open("runs/first").has("best"); // true
   */
  has(which: "last" | "best"): boolean {
    return fs.existsSync(this.file(which));
  }

  /**
   * Reads a checkpoint.
   * @param which the last, or the best
   * @returns its content
   * @throws DataError if it is missing or damaged
   * @example Run.open("runs/first").readCheckpoint("last").state.position.epoch; // 3
   */
  readCheckpoint(which: "last" | "best"): Checkpoint {
    const file = this.file(which);
    if (!this.has(which)) {
      throw new DataError({
        op: "run",
        problem: `${file} is missing`,
        hint: "the training ended before its first checkpoint; start it again in another folder",
      });
    }
    return decodeCheckpoint(fs.readFileSync(file), file);
  }

  /**
   * Reads the records of all steps and epochs, in order, as they are asked for.
   * @returns the records; none before the first checkpoint
   * @throws DataError if a line is damaged
   * @example
   * const steps = [...Run.open("runs/first").metrics()].filter(({ type }) => type === "step");
   * steps.length; // 10
   */
  metrics(): Iterable<MetricsRecord> {
    return fs.existsSync(this.metricsFile) ? readMetrics(this.metricsFile) : [];
  }

  /**
   * Reads the records of the epochs.
   * @returns the records; none before the first checkpoint
   * @throws DataError if a line is damaged
   * @example Run.open("runs/first").epochs().map(({ epoch }) => epoch); // [1, 2]
   */
  epochs(): EpochRecord[] {
    return fs.existsSync(this.metricsFile) ? [...readEpochs(this.metricsFile)] : [];
  }

  /**
   * Records what a trainer does, and saves checkpoints.
   * @param trainer the trainer, before it runs
   * @param from the checkpoint from which it continues; what was recorded after it is dropped
   * @returns a function to call when the trainer has ended or failed
   * @example
   * const config = resolveConfig("notebook", { data: "data", epochs: 1, batchSize: 8 });
   * const data = openData("data", config.augment);
   * const run = Run.create("runs/second", config, data);
   * const trainer = makeTrainer(config, () => new ExerciseNet(), data);
   * const close = run.follow(trainer);
   * await trainer.run();
   * close();
   * run.epochs().length; // 1
   */
  follow(trainer: Trainer, from?: Checkpoint): () => void {
    const metrics = new MetricsFile(this.metricsFile, from?.extra["metricsBytes"] ?? 0);
    let best = { correct: from?.extra["bestCorrect"] ?? -1, epoch: from?.extra["bestEpoch"] ?? 0 };
    trainer.on("step", (event) => metrics.append(event));
    trainer.on("epoch", (event) => metrics.append({ ...event, peakMemory: process.resourceUsage().maxRSS * 1024 }));
    trainer.on("epoch", ({ correct, epoch }: EpochEvent) => {
      if (correct > best.correct) best = { correct, epoch };
    });
    trainer.on("checkpoint", ({ capture }: CheckpointEvent) => {
      const state = capture();
      const extra = { metricsBytes: metrics.flush(), bestCorrect: best.correct, bestEpoch: best.epoch };
      const bytes = encodeCheckpoint({ state, extra });
      const { epoch, batch } = state.position;
      // The best checkpoint goes first: if the last one is lost, its epoch is trained again and this file is written
      // again.
      if (batch === 0 && epoch === best.epoch + 1 && best.epoch > 0) writeFileAtomic(this.file("best"), bytes);
      writeFileAtomic(this.file("last"), bytes);
    });
    return () => metrics.close();
  }

  private get configFile(): string {
    return path.join(this.folder, "config.json");
  }

  private get metricsFile(): string {
    return path.join(this.folder, "metrics.jsonl");
  }

  private file(which: "last" | "best"): string {
    return path.join(this.folder, `${which}.safetensors`);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function readJson(file: string, folder: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new DataError(
      {
        op: "run",
        problem: missing ? `${folder} is not a run: it has no config.json` : `${file}: ${(error as Error).message}`,
        hint: RUN_HINT,
      },
      { cause: error },
    );
  }
}
