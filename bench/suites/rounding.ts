/** Rounding: how far float32 results are from float64, in kilograd's two numerics and in PyTorch. */
import path from "node:path";
import { writeCase, writeConvolutionCase } from "../case-file.js";
import { largestError, meanError, requireAgreement } from "../harness/agreement.js";
import { AbsentPeer, Peer, type PeerProgram } from "../harness/peer.js";
import type { Check, ConvolutionTask, GradientsTask } from "../harness/protocol.js";
import { tabulate, type Column, type Table } from "../harness/table.js";
import { layersOf, type Layer } from "../network.js";
import {
  kilograd,
  pytorchChannelsLast,
  pytorchDefault,
  pytorchFloat64,
  reference,
  strictKilograd,
} from "../peers/index.js";
import type { Suite, Surroundings } from "./suite.js";

type RoundingTask = GradientsTask | ConvolutionTask;

/** The reference is naive and takes seconds per image. */
const TIMEOUT = 300;
/** How closely PyTorch in float64 must agree with the reference; otherwise one of the two is wrong. */
const TOLERANCE = 1e-9;

const convolution = (inputs: number, outputs: number): Layer => {
  return { inputs, outputs, kernel: 3, padding: 0, norm: false, pool: null };
};
/** The exercise's 3×3 convolutions with the height and width of their inputs, and a wide one. */
const convolutions = [
  { layer: convolution(8, 16), size: 26 },
  { layer: convolution(16, 32), size: 24 },
  { layer: convolution(64, 64), size: 11 },
];

async function check(program: PeerProgram, task: RoundingTask): Promise<Check> {
  const peer = await Peer.start(program, TIMEOUT);
  try {
    await peer.ask({ do: "prepare", task }, TIMEOUT);
    return await peer.ask({ do: "check" }, TIMEOUT);
  } finally {
    await peer.close();
  }
}

interface Row {
  readonly what: string;
  readonly peer: string;
  /** The largest difference, relative to the largest value. */
  readonly largest: number;
  /** The root mean square, relative to that of the values. */
  readonly mean: number;
}

const columns: readonly Column<Row>[] = [
  { title: "", align: "left", text: ({ what }) => what },
  { title: "", align: "left", text: ({ peer }) => peer },
  { title: "largest error", text: ({ largest }) => largest.toExponential(1) },
  { title: "root mean square", text: ({ mean }) => mean.toExponential(1) },
];

const peers = [kilograd, strictKilograd, pytorchDefault, pytorchChannelsLast];

/** How far float32 may be from float64; a larger difference is a bug, not rounding. */
const ROUNDING = 1e-3;

/**
 * The errors of all peers in one task.
 * @param choose the values to compare, by the names of the table
 */
async function compare(
  title: string,
  task: RoundingTask,
  choose: (values: Check["values"]) => Check["values"],
  tell: Surroundings["tell"],
): Promise<Table> {
  tell(`rounding: ${title}, float64 reference`);
  const right = { values: choose((await check(reference, task)).values) };
  const results = new Map<string, Check["values"]>();
  const notes: string[] = [];
  for (const program of [pytorchFloat64, ...peers]) {
    tell(`rounding: ${title}, ${program.name}`);
    try {
      const values = choose((await check(program, task)).values);
      requireAgreement(program.name, { values }, right, program === pytorchFloat64 ? TOLERANCE : ROUNDING);
      if (program !== pytorchFloat64) results.set(program.name, values);
    } catch (error) {
      if (!(error instanceof AbsentPeer)) throw error;
      notes.push(`skipped: ${error.message}`);
    }
  }
  const rows = Object.entries(right.values).flatMap(([what, exact]) =>
    [...results].map(([peer, values]): Row => {
      const mine = values[what]!;
      return { what, peer, largest: largestError(mine, exact), mean: meanError(mine, exact) };
    }),
  );
  return tabulate(title, columns, rows, notes);
}

/** A convolution's bias before a batch norm has no effect, so its gradient is nothing but rounding. Hence all count together. */
function networkValues({ loss, ...gradients }: Check["values"]): Check["values"] {
  return {
    loss: loss!,
    "first convolution's weights' gradient": gradients["0.weight"]!,
    "all gradients": Object.values(gradients).flat(),
  };
}

export const rounding: Suite = async ({ quick, folder, tell }) => {
  const tables: Table[] = [];
  const file = path.join(folder, "rounding.safetensors");
  for (const { layer, size } of quick ? convolutions.slice(0, 1) : convolutions) {
    writeConvolutionCase(file, layer, size);
    const title = `Rounding of a 3×3 convolution ${layer.inputs}→${layer.outputs}, images ${size}×${size}`;
    tables.push(await compare(title, { kind: "convolution", threads: 1, file, layer }, (values) => values, tell));
  }
  const [layers, images] = [layersOf({ width: 1, depth: 0 }), quick ? 2 : 16];
  writeCase(file, { layers, images, size: 28 });
  const title = `Rounding of the exercise's first step, batch ${images}`;
  tables.push(await compare(title, { kind: "gradients", threads: 1, file, layers }, networkValues, tell));
  return tables;
};
