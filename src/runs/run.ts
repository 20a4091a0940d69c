/**
 * A run is a folder: config.json (the resolved configuration with its seed, the data's hashes, versions),
 * metrics.jsonl (every step and epoch), last.safetensors (to go on from) and best.safetensors (the epoch with the most
 * right answers so far). Summary, report and exports are functions of it. Node only.
 */
import fs from "node:fs";
import path from "node:path";
import { DataError } from "../errors/errors.js";
import { makeFolder, writeFileAtomic } from "./atomic-file.js";
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from "../train/checkpoint.js";
import type { TrainConfig } from "../config/config.js";
import type { OpenedData } from "./datasets.js";
import type { CheckpointEvent, EpochEvent } from "../train/events.js";
import { MetricsFile, readEpochs, readMetrics, type EpochRecord, type MetricsRecord } from "./metrics-file.js";
import { parseRunRecord, RUN_HINT, type RunRecord } from "./run-record.js";
import type { Trainer } from "../train/trainer.js";

/** The version of this package. */
export function packageVersion(): string {
  const text = fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** `runs/2026-05-01-142530-default` */
export function defaultRunFolder(recipe: string, now: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("");
  return path.join("runs", `${day}-${time}-${recipe}`);
}

export class Run {
  private constructor(
    readonly folder: string,
    readonly record: RunRecord,
  ) {}

  /** Whether a folder may become a run: it is not there, or empty. */
  static isFree(folder: string): boolean {
    return !fs.existsSync(folder) || (fs.statSync(folder).isDirectory() && fs.readdirSync(folder).length === 0);
  }

  /** Makes the folder and writes what is known before the first step. */
  static create(folder: string, config: TrainConfig, { hashes, info }: Pick<OpenedData, "hashes" | "info">): Run {
    const versions = { kilograd: packageVersion(), node: process.versions.node };
    const record = { config, data: hashes, images: info, versions };
    makeFolder(folder);
    writeFileAtomic(path.join(folder, "config.json"), `${JSON.stringify(record, null, 2)}\n`);
    return new Run(folder, record);
  }

  /** @throws DataError where the folder is not a run, or its record is damaged */
  static open(folder: string): Run {
    const file = path.join(folder, "config.json");
    return new Run(folder, parseRunRecord(readJson(file, folder), file));
  }

  /** @throws DataError where the data is not what the run was trained on */
  checkData(hashes: RunRecord["data"]): void {
    for (const [file, expected] of Object.entries(this.record.data)) {
      if (hashes[file] === expected) continue;
      throw new DataError({
        op: "run",
        problem: `the data file ${file} is not the one that ${this.folder} was trained on`,
        expected: `SHA-256 ${expected}`,
        got: hashes[file] ?? "no such file",
        hint: "put the file back, or train anew",
      });
    }
  }

  has(which: "last" | "best"): boolean {
    return fs.existsSync(this.file(which));
  }

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

  /** The records of all steps and epochs in their order, read as they are asked for; none before the first checkpoint. */
  metrics(): Iterable<MetricsRecord> {
    return fs.existsSync(this.metricsFile) ? readMetrics(this.metricsFile) : [];
  }

  /** The records of the epochs. */
  epochs(): EpochRecord[] {
    return fs.existsSync(this.metricsFile) ? [...readEpochs(this.metricsFile)] : [];
  }

  /**
   * Writes down what a trainer does.
   * @param from the checkpoint from which the trainer goes on: what was written after it is dropped
   * @returns what must be called when the trainer has ended or failed
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
      // The best first: should the last be lost, its epoch is trained again, and this file written again.
      if (batch === 0 && epoch === best.epoch + 1 && best.epoch > 0) writeFileAtomic(this.file("best"), bytes);
      writeFileAtomic(this.file("last"), bytes);
    });
    return () => metrics.close();
  }

  private get metricsFile(): string {
    return path.join(this.folder, "metrics.jsonl");
  }

  private file(which: "last" | "best"): string {
    return path.join(this.folder, `${which}.safetensors`);
  }
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
