/**
 * How the benchmark talks to a peer. A peer is a process that first prints a line of JSON about itself, and then answers each
 * request, one line, with one line. It computes only when asked, so that all peers of a table can be alive at the same time
 * and be measured in turn.
 */
import type { Layer } from "../network.js";

interface Common {
  readonly threads: number;
  /** A safetensors file of weights, images and labels: see case-file.ts. */
  readonly file: string;
}

/** A step: forward, backward and SGD, always on the same batch. The check: the first losses. */
export interface TrainingTask extends Common {
  readonly kind: "training";
  readonly layers: readonly Layer[];
  readonly lr: number;
  readonly momentum: number;
  /** How many losses the check takes. */
  readonly checkSteps: number;
}

/** A step: the next batch of the file's images through the network. The check: the first batch's output. */
export interface InferenceTask extends Common {
  readonly kind: "inference";
  readonly layers: readonly Layer[];
  readonly batchSize: number;
  /** The same network as an ONNX file. */
  readonly onnx: string;
}

/** A step: the next batch of MNIST's training images, loaded and trained on. The check: the number of parameters. */
export interface EpochTask {
  readonly kind: "epoch";
  readonly threads: number;
  readonly batchSize: number;
}

/**
 * A step on random images, always the same; the peer's options give the number of images and threads. The check: the number
 * of parameters.
 */
export interface StepsTask {
  readonly kind: "steps";
}

/** No steps. The check: the first step's loss and all gradients. */
export interface GradientsTask extends Common {
  readonly kind: "gradients";
  readonly layers: readonly Layer[];
}

/** No steps. The check: one convolution's output and three gradients. */
export interface ConvolutionTask extends Common {
  readonly kind: "convolution";
  readonly layer: Layer;
}

/** No steps and no check: writes the network as an ONNX file. */
export interface ExportTask extends Common {
  readonly kind: "export";
  readonly layers: readonly Layer[];
  readonly onnx: string;
}

export type Task = TrainingTask | InferenceTask | EpochTask | StepsTask | GradientsTask | ConvolutionTask | ExportTask;

/** A peer's results, under names that are the same for all peers. */
export interface Check {
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** A hash of the state after the check, if bits are compared. */
  readonly bits?: string;
}

/** In seconds; `cpuSeconds` counts all threads of the process. */
export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Resident memory of the process in bytes: its peak, and what it had when the library was loaded. */
export interface Memory {
  readonly peak: number;
  readonly loaded: number;
}

/** Each request with its answer. */
export interface Answers {
  prepare: null;
  check: Check;
  run: Run;
  memory: Memory;
}

export type Request =
  | { readonly do: "prepare"; readonly task: Task }
  | { readonly do: "check" }
  | { readonly do: "memory" }
  | { readonly do: "run"; readonly steps: number };

/** The first line: name and version, or why this peer cannot run here. */
export type Greeting = { readonly ready: string } | { readonly skip: string };
export type Answer = { readonly done: unknown } | { readonly failed: string };
