/**
 * A training's complete state, and its encoding as a safetensors file: the network's tensors under PyTorch's names, the
 * optimizer's under `optimizer.0.momentum_buffer`, everything else as JSON in the metadata. A training that resumes
 * from it ends with the same bits as one that never stopped.
 */
import { text } from "../errors/kinds.js";
import { bytes, recordWith, mapOf } from "../errors/record-kinds.js";
import { Signature, required } from "../errors/signature.js";
import * as z from "zod";
import { DataError } from "../errors/errors.js";
import type { OptimizerState, SchedulerState } from "../optim/index.js";
import type { GeneratorState } from "../random/random.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { bytesOf } from "../formats/element-types.js";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../formats/safetensors.js";

const count = z.int().min(0);

/** How far a training has come. */
export interface Position {
  /** The current epoch, from 1; one past the last when the training is over. */
  readonly epoch: number;
  /** The next batch of that epoch, from 0. */
  readonly batch: number;
  /** The sum of the losses of that epoch's images so far. */
  readonly lossSum: number;
  /** The number of that epoch's images so far; missing in early versions, whose sum is that of the batches' means. */
  readonly images?: number | undefined;
  /** How long that epoch has taken so far, in seconds. */
  readonly seconds: number;
}

const positionSchema: z.ZodType<Position> = z.strictObject({
  epoch: z.int().min(1),
  batch: count,
  lossSum: z.number(),
  images: count.optional(),
  seconds: z.number().min(0),
});

const generatorSchema = z.strictObject({
  seed: z.string(),
  words: z.array(count),
  used: count,
  spareNormal: z.number().nullable(),
});

const metadataSchema = z.strictObject({
  position: positionSchema,
  /** The state of the default generator at the start of the current epoch, and now; those of the loaders' own. */
  generators: z.strictObject({
    epochStart: generatorSchema,
    now: generatorSchema,
    loaders: z.array(z.strictObject({ epochStart: generatorSchema, now: generatorSchema })).optional(),
  }),
  optimizer: z.strictObject({
    /** What the names of the optimizer's tensors begin with, unless it is "optimizer". */
    prefix: z.string().optional(),
    numbers: z.record(z.string(), z.record(z.string(), z.number())),
    paramGroups: z.array(z.looseObject({ params: z.array(count) })),
  }),
  scheduler: z.record(z.string(), z.union([z.number(), z.array(z.number())])).nullable(),
  /** What the owner of the file adds: the length of the metrics file and the best epoch. */
  extra: z.record(z.string(), z.number()),
});
type Metadata = z.infer<typeof metadataSchema>;

/** A generator's state when the current epoch began, and now. */
export interface GeneratorStates {
  /** When the epoch began. */
  readonly epochStart: GeneratorState;
  /** Now. */
  readonly now: GeneratorState;
}

/** Everything that a training needs to continue to the same bits. */
export interface TrainingState {
  /** How far the training has come. */
  readonly position: Position;
  /** The state of the default generator when the current epoch began, and now; those of the loaders' own, if any. */
  readonly generators: GeneratorStates & { readonly loaders?: readonly GeneratorStates[] | undefined };
  /** Copies of the network's parameters and buffers. */
  readonly model: ReadonlyMap<string, StoredTensor>;
  /** The optimizer's state. */
  readonly optimizer: OptimizerState;
  /** The schedule's state; null without a schedule. */
  readonly scheduler: SchedulerState | null;
}

/** The content of a checkpoint's file. */
export interface Checkpoint {
  /** The training's state. */
  readonly state: TrainingState;
  /** What the owner of the file adds, such as the best epoch. */
  readonly extra: Readonly<Record<string, number>>;
}

const OPTIMIZER = "optimizer";
/** The number of a parameter and a name of its state, behind the prefix. */
const STATE = /^(\d+)\.([^.]+)$/;

/** A prefix for the optimizer's tensors with which no tensor of the network begins: one may have a field "optimizer". */
function freePrefix(model: ReadonlyMap<string, unknown>): string {
  let prefix = OPTIMIZER;
  while ([...model.keys()].some((name) => name.startsWith(`${prefix}.`))) prefix += "_";
  return prefix;
}

/** Copies the elements of a state dict. */
export function copyTensors(dict: ReadonlyMap<string, Tensor>): Map<string, StoredTensor> {
  return new Map([...dict].map(([name, of]) => [name, { shape: of.shape, data: of.data() }]));
}

const ofToTensors = new Signature("toTensors", [required("stored", mapOf("a Map of { shape, data } by name"))]);

/**
 * Makes tensors from the contents of a checkpoint or a safetensors file.
 * @param stored elements and shapes by name
 * @returns a state dict, which `Module.loadStateDict` takes
 * @example
 * const weights = toTensors(new Map([["bias", { shape: [2], data: Float32Array.of(1, 2) }]]));
 * weights.get("bias")!.tolist(); // [1, 2]
 */
export function toTensors(stored: ReadonlyMap<string, StoredTensor>): Map<string, Tensor> {
  ofToTensors.read(arguments);
  return new Map([...stored].map(([name, { shape, data }]) => [name, tensor(data, shape)]));
}

const ofEncodeCheckpoint = new Signature("encodeCheckpoint", [
  required("checkpoint", recordWith("{ state, extra }", "state", "extra")),
]);

/**
 * Writes a checkpoint in the safetensors format: the network's tensors under PyTorch's names, the optimizer's under
 * names such as `optimizer.0.momentum_buffer` (`optimizer_.0.…` if the network has a field `optimizer`), and everything else
 * as JSON in the metadata.
 * @param checkpoint a training's state, and what the owner of the file adds
 * @returns the bytes of the file
 * @example
 * const data = new TensorDataset(rand([8, 1, 28, 28]), randint(0, 10, [8]));
 * const trainer = makeTrainer(resolveConfig("notebook"), () => new ExerciseNet(), { train: data, test: data });
 * const file = encodeCheckpoint({ state: trainer.capture(), extra: {} });
 * decodeCheckpoint(file, "last.safetensors").state.position.epoch; // 1
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  ofEncodeCheckpoint.read(arguments);
  const { state, extra } = checkpoint;
  const { model, optimizer, position, generators, scheduler } = state;
  const tensors = new Map(model);
  const prefix = freePrefix(model);
  const numbers: Metadata["optimizer"]["numbers"] = {};
  for (const [index, values] of Object.entries(optimizer.state)) {
    for (const [key, value] of Object.entries(values)) {
      if (typeof value === "number") (numbers[index] ??= {})[key] = value;
      else tensors.set(`${prefix}.${index}.${key}`, { shape: value.shape, data: value.data() });
    }
  }
  const paramGroups = optimizer.param_groups.map((group) => ({ ...group, params: [...group.params] }));
  const metadata = {
    position,
    generators,
    optimizer: { ...(prefix === OPTIMIZER ? {} : { prefix }), numbers, paramGroups },
    scheduler,
    extra,
  };
  return encodeSafetensors({ tensors, metadata: { format: "kilograd", training: JSON.stringify(metadata) } });
}

const ofDecodeCheckpoint = new Signature("decodeCheckpoint", [
  required("bytes", bytes),
  required("file", text("the file's name")),
]);

/**
 * Reads a checkpoint's file.
 * @param bytes the file
 * @param file its name, for errors
 * @returns the training's state, and what the owner of the file added
 * @throws DataError if the file is damaged or is not a checkpoint
 * @example
 * import { readFileSync } from "node:fs";
 * const file = readFileSync("runs/first/last.safetensors");
 * decodeCheckpoint(file, "last.safetensors").state.position; // { epoch: 3, batch: 0, … }
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  ofDecodeCheckpoint.read(arguments);
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const { position, generators, optimizer, scheduler, extra } = readMetadata(metadata["training"], file);
  const { prefix = OPTIMIZER } = optimizer;
  const state: OptimizerState["state"] = {};
  for (const [index, values] of Object.entries(optimizer.numbers)) state[Number(index)] = { ...values };
  const model = new Map<string, StoredTensor>();
  for (const [name, stored] of tensors) {
    const match = name.startsWith(`${prefix}.`) ? STATE.exec(name.slice(prefix.length + 1)) : null;
    if (match) (state[Number(match[1])] ??= {})[match[2]!] = tensor(stored.data, stored.shape);
    else model.set(name, stored);
  }
  const saved = { state, param_groups: optimizer.paramGroups };
  return { state: { position, generators, model, optimizer: saved, scheduler }, extra };
}

function readMetadata(text: string | undefined, file: string): Metadata {
  const hint = "give the folder of a run that `npx kilograd train` has written";
  if (text === undefined) {
    throw new DataError({ op: "checkpoint", problem: `${file} contains tensors but no training state`, hint });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DataError({ op: "checkpoint", problem: `${file}: the training's state is not JSON`, hint });
  }
  const { success, data, error } = metadataSchema.safeParse(json);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  throw new DataError({ op: "checkpoint", problem: `${file}: ${path.join(".")}: ${message}`, hint });
}

const ofHashTensors = new Signature("hashTensors", [required("tensors", mapOf("a Map of { shape, data } by name"))]);

/**
 * Computes the SHA-256 of the elements of tensors, in their order.
 * @param tensors elements and shapes by name
 * @returns the hash, in hexadecimal
 * @example await hashTensors(new Map([["w", { shape: [1], data: Float32Array.of(1) }]])); // "e00e5eb9444182f3…"
 */
export async function hashTensors(tensors: ReadonlyMap<string, StoredTensor>): Promise<string> {
  ofHashTensors.read(arguments);
  const parts = [...tensors.values()].map(({ data }) => bytesOf(data));
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
