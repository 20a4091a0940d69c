/** Training: time and memory of a step as batch, threads, width, depth and image size grow, compared with other libraries. */
import path from "node:path";
import { writeCase } from "../case-file.js";
import { measure, type CaseResult, type Effort, type Measured } from "../harness/measure.js";
import type { PeerProgram } from "../harness/peer.js";
import type { Memory, TrainingTask } from "../harness/protocol.js";
import { ratio } from "../harness/statistics.js";
import { digits, megabytes, percent, tabulate, type Column, type Table } from "../harness/table.js";
import { layersOf, type Scale } from "../network.js";
import { isInstalledPytorch, isPytorch, jax, kilograd, onCurrentNode, pytorchs, tfjs } from "../peers/index.js";
import type { Suite, Surroundings } from "./suite.js";

interface Setting extends Scale {
  readonly batch: number;
  readonly threads: number;
  /** Height and width of the images. */
  readonly size: number;
}

const exercise: Setting = { width: 1, depth: 0, batch: 32, threads: 2, size: 28 };

/** Cases with a table of all peers. */
const detailed: readonly Setting[] = [{ ...exercise, threads: 1 }, exercise];

/** One property changes at a time. */
const scaled: readonly Partial<Setting>[] = [
  ...[1, 8, 64, 128, 512].map((batch) => ({ batch })),
  ...[0.5, 2, 4].map((width) => ({ width })),
  ...[1, 2, 4].map((depth) => ({ depth })),
  ...[56, 84, 112].map((size) => ({ size })),
];
const scaledQuick: readonly Partial<Setting>[] = [{ batch: 128 }, { width: 2 }, { size: 56 }];

/** TensorFlow.js takes many seconds for one step. */
const slowEffort: Effort = { rounds: 2, seconds: 0.5, timeout: 300 };
const effort: Effort = { rounds: 7, seconds: 1, timeout: 120 };
const scaledEffort: Effort = { rounds: 5, seconds: 0.8, timeout: 120 };
const quickEffort: Effort = { rounds: 3, seconds: 0.3, timeout: 120 };

/** How closely losses must agree, relative. */
const TOLERANCE = 1e-4;

function describe({ width, depth, batch, threads, size }: Setting): string {
  const parts = [`batch ${batch}`, `${threads} thread${threads === 1 ? "" : "s"}`];
  if (width !== 1) parts.push(`width ×${width}`);
  if (depth !== 0) parts.push(`${2 * depth} more layers`);
  if (size !== 28) parts.push(`images ${size}×${size}`);
  return parts.join(", ");
}

interface Options {
  readonly peers: readonly PeerProgram[];
  readonly effort: Effort;
  readonly checkSteps: number;
}

function measureSetting(
  setting: Setting,
  { peers, effort, checkSteps }: Options,
  { folder, tell }: Surroundings,
): Promise<CaseResult> {
  const layers = layersOf(setting);
  const file = path.join(folder, "training.safetensors");
  writeCase(file, { layers, images: setting.batch, size: setting.size });
  const { threads } = setting;
  const task: TrainingTask = { kind: "training", layers, file, threads, lr: 0.01, momentum: 0.9, checkSteps };
  return measure({ name: `training, ${describe(setting)}`, task, peers, tolerance: TOLERANCE, effort }, tell);
}

/** Peak memory of training, minus what the process held after loading its library. */
const memoryOf = ({ peak, loaded }: Memory): string => megabytes(peak - loaded);

interface PeerRow extends Measured {
  readonly batch: number;
  /** How many times as many steps per second kilograd takes. */
  readonly ratio: number;
}

const peerColumns: readonly Column<PeerRow>[] = [
  { title: "", align: "left", text: ({ peer }) => peer },
  { title: "it/s", text: ({ step }) => digits(1 / step) },
  { title: "images/s", text: ({ step, batch }) => digits(batch / step) },
  { title: "spread", text: ({ spread }) => percent(spread) },
  { title: "busy cores", text: ({ cores }) => cores.toFixed(2) },
  { title: "memory, MB", text: ({ memory }) => memoryOf(memory) },
  { title: "kilograd is", text: ({ ratio }) => `${digits(ratio)} ×` },
];

function peerTable(title: string, { batch }: Setting, { measured, notes }: CaseResult): Table {
  const rows = measured.map((one) => ({ ...one, batch, ratio: ratio(one.rounds, measured[0]!.rounds) }));
  return tabulate(title, peerColumns, rows, notes);
}

interface ScaledRow extends Setting {
  readonly kilograd: Measured;
  /** The fastest PyTorch as Debian installs it, and the fastest of all. */
  readonly installed: Measured | undefined;
  readonly best: Measured | undefined;
  readonly measured: readonly Measured[];
  readonly notes: readonly string[];
}

/** A column about one of the PyTorch peers, if present. */
const about =
  (which: "installed" | "best", text: (peer: Measured, row: ScaledRow) => string) =>
  (row: ScaledRow): string => {
    const peer = row[which];
    return peer ? text(peer, row) : "-";
  };

const versus = (peer: Measured, { kilograd }: ScaledRow): string => `${digits(ratio(peer.rounds, kilograd.rounds))} ×`;

const scaledColumns: readonly Column<ScaledRow>[] = [
  { title: "", align: "left", text: describe },
  { title: "kilograd it/s", text: ({ kilograd }) => digits(1 / kilograd.step) },
  { title: "images/s", text: ({ kilograd, batch }) => digits(batch / kilograd.step) },
  { title: "spread", text: ({ kilograd }) => percent(kilograd.spread) },
  { title: "MB", text: ({ kilograd }) => memoryOf(kilograd.memory) },
  { title: "PyTorch as installed", text: about("installed", (peer) => digits(1 / peer.step)) },
  { title: "kilograd is", text: about("installed", versus) },
  { title: "PyTorch's fastest", text: about("best", (peer) => digits(1 / peer.step)) },
  { title: "spread", text: about("best", (peer) => percent(peer.spread)) },
  { title: "MB", text: about("best", (peer) => memoryOf(peer.memory)) },
  { title: "kilograd is", text: about("best", versus) },
  { title: "which", align: "left", text: about("best", ({ peer }) => peer.replace("PyTorch, ", "")) },
];

function scaledRow(setting: Setting, { measured, notes }: CaseResult): ScaledRow {
  const fastestFirst = measured.filter(({ peer }) => isPytorch(peer)).sort((a, b) => a.step - b.step);
  const installed = fastestFirst.find(({ peer }) => isInstalledPytorch(peer));
  return { ...setting, kilograd: measured[0]!, installed, best: fastestFirst[0], measured, notes };
}

export const training: Suite = async (surroundings) => {
  const { quick } = surroundings;
  const tables: Table[] = [];
  const scaledRows: ScaledRow[] = [];
  for (const setting of detailed) {
    const peers = [kilograd, ...onCurrentNode, ...pytorchs];
    const options = { peers, effort: quick ? quickEffort : effort, checkSteps: 3 };
    const result = await measureSetting(setting, options, surroundings);
    tables.push(peerTable(`Training, ${describe(setting)}`, setting, result));
    scaledRows.push(scaledRow(setting, result));
  }
  for (const change of quick ? scaledQuick : scaled) {
    const setting = { ...exercise, ...change };
    const options = { peers: [kilograd, ...pytorchs], effort: quick ? quickEffort : scaledEffort, checkSteps: 3 };
    scaledRows.push(scaledRow(setting, await measureSetting(setting, options, surroundings)));
  }
  const notes = [...new Set(scaledRows.flatMap((row) => row.notes))];
  tables.push(tabulate("Training as the network and the batch grow", scaledColumns, scaledRows, notes));
  if (!quick) tables.push(await slowPeers(surroundings));
  return tables;
};

async function slowPeers(surroundings: Surroundings): Promise<Table> {
  const setting = { ...exercise, threads: 1 };
  const options = { peers: [kilograd, jax, tfjs], effort: slowEffort, checkSteps: 2 };
  const result = await measureSetting(setting, options, surroundings);
  return peerTable(`Training in JavaScript, ${describe(setting)}`, setting, result);
}
