/**
 * metrics.jsonl has one JSON object per line, for each step and epoch. New lines stay in memory until the next
 * checkpoint, which records the file's length; resuming truncates the file to that length, so nothing is in it twice.
 * The file is read line by line, because that of a long training does not fit into memory. JSON has no NaN, so it is
 * written as null.
 */
import fs from "node:fs";
import * as z from "zod";
import { DataError } from "../errors/errors.js";
import { writing } from "./atomic-file.js";
import type { EpochEvent, StepEvent } from "../train/events.js";
import type { Health } from "../train/health.js";

const count = z.int().min(0);
const number = z
  .number()
  .nullable()
  .transform((x) => x ?? NaN);

const healthSchema: z.ZodType<Health> = z.object({
  relus: z.array(z.object({ units: count, dead: count })),
  gradients: z.array(z.object({ weight: z.string(), ratio: number })),
});

const stepSchema = z.object({ type: z.literal("step"), epoch: count, batch: count, loss: number, lr: number });

const epochSchema = z.object({
  type: z.literal("epoch"),
  epoch: count,
  trainLoss: number,
  testLoss: number,
  correct: count,
  total: count,
  seconds: number,
  health: healthSchema.optional(),
  peakMemory: number.optional(),
});

const lineSchema: z.ZodType<MetricsRecord> = z.discriminatedUnion("type", [stepSchema, epochSchema]);

/** What a run records about a step. */
export type StepRecord = StepEvent;
/** What a run records about an epoch. */
export interface EpochRecord extends Omit<EpochEvent, "health"> {
  /** Dead ReLUs and gradients; missing in runs of early versions. */
  readonly health?: Health | undefined;
  /** The process's peak memory so far, in bytes; missing in runs of early versions. */
  readonly peakMemory?: number | undefined;
}
/** A record of a step or an epoch. */
export type MetricsRecord = StepRecord | EpochRecord;

/** How much of the file is in memory at a time, in bytes. */
const PART = 1 << 16;

/**
 * Reads a metrics file from the beginning. A last line without a line end comes from a training that was killed, and is
 * left out.
 * @param wanted decides by a line's text whether to parse the line; by default, all lines are parsed
 * @throws DataError where a line is not a record of a step or an epoch
 */
export function* readMetrics(file: string, wanted: (line: string) => boolean = () => true): Generator<MetricsRecord> {
  let number = 0;
  for (const line of readLines(file)) {
    number++;
    if (wanted(line)) yield parseRecord(line, `${file}, line ${number}`);
  }
}

/** The records of the epochs alone. */
export function* readEpochs(file: string): Generator<EpochRecord> {
  for (const record of readMetrics(file, (line) => !line.startsWith('{"type":"step"'))) {
    if (record.type === "epoch") yield record;
  }
}

function* readLines(file: string): Generator<string> {
  const handle = fs.openSync(file, "r");
  try {
    const part = Buffer.alloc(PART);
    const decoder = new TextDecoder();
    let rest = "";
    for (let read = fs.readSync(handle, part); read > 0; read = fs.readSync(handle, part)) {
      const lines = (rest + decoder.decode(part.subarray(0, read), { stream: true })).split("\n");
      rest = lines.pop()!;
      yield* lines;
    }
  } finally {
    fs.closeSync(handle);
  }
}

function parseRecord(line: string, where: string): MetricsRecord {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new DataError({ op: "run", problem: `${where}: not JSON: ${(error as Error).message}` }, { cause: error });
  }
  const { success, data, error } = lineSchema.safeParse(json);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  throw new DataError({
    op: "run",
    problem: `${where}: not the record of a step or an epoch: ${path.join(".")}: ${message}`,
  });
}

export class MetricsFile {
  private readonly handle: number;
  private length: number;
  private waiting: string[] = [];

  /** Opens or creates the file, and truncates it to its first `length` bytes. */
  constructor(
    private readonly file: string,
    length: number,
  ) {
    this.handle = writing(file, () => fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT));
    writing(file, () => fs.ftruncateSync(this.handle, length));
    this.length = length;
  }

  append(record: object): void {
    this.waiting.push(JSON.stringify(record) + "\n");
  }

  /** Writes all lines to the disk, and returns the file's length in bytes. */
  flush(): number {
    const bytes = Buffer.from(this.waiting.join(""));
    writing(this.file, () => {
      let written = 0;
      while (written < bytes.length) {
        written += fs.writeSync(this.handle, bytes, written, bytes.length - written, this.length + written);
      }
      fs.fsyncSync(this.handle);
    });
    this.waiting = [];
    this.length += bytes.length;
    return this.length;
  }

  /** Writes what is left and closes the file. */
  close(): void {
    try {
      this.flush();
    } finally {
      fs.closeSync(this.handle);
    }
  }
}
