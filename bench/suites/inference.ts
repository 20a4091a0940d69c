/** Inference compared with onnxruntime-node: 10,000 images in batches, and one image at a time. */
import path from "node:path";
import { writeCase } from "../case-file.js";
import { measure, type CaseResult, type Effort, type Measured } from "../harness/measure.js";
import { AbsentPeer, Peer, type PeerProgram } from "../harness/peer.js";
import type { InferenceTask } from "../harness/protocol.js";
import { ratio } from "../harness/statistics.js";
import { digits, percent, tabulate, type Column } from "../harness/table.js";
import { layersOf } from "../network.js";
import { kilograd, onnxruntime, pytorchDefault } from "../peers/index.js";
import type { Suite } from "./suite.js";

const IMAGES = 10_000;
const layers = layersOf({ width: 1, depth: 0 });

const settings = [
  { batchSize: 100, threads: 1 },
  { batchSize: 1000, threads: 1 },
  { batchSize: 100, threads: 2 },
  { batchSize: 1000, threads: 2 },
  { batchSize: 1, threads: 1 },
] as const;

const effort: Effort = { rounds: 7, seconds: 1, timeout: 120 };
const quickEffort: Effort = { rounds: 3, seconds: 0.3, timeout: 120 };

interface Row extends Measured {
  readonly batchSize: number;
  readonly threads: number;
  readonly ratio: number;
}

const columns: readonly Column<Row>[] = [
  { title: "batch", text: ({ batchSize }) => digits(batchSize) },
  { title: "threads", text: ({ threads }) => String(threads) },
  { title: "", align: "left", text: ({ peer }) => peer },
  { title: "images/s", text: ({ step, batchSize }) => digits(batchSize / step) },
  { title: "µs an image", text: ({ step, batchSize }) => digits((1e6 * step) / batchSize) },
  { title: "10,000 images, s", text: ({ step, batchSize }) => digits((IMAGES * step) / batchSize) },
  { title: "spread", text: ({ spread }) => percent(spread) },
  { title: "kilograd is", text: ({ ratio }) => `${digits(ratio)} ×` },
];

/** Has PyTorch write the ONNX file. Without PyTorch, returns why there is none. */
async function writeOnnx(file: string, onnx: string): Promise<string | undefined> {
  let peer: Peer | undefined;
  try {
    peer = await Peer.start(pytorchDefault, effort.timeout);
    await peer.ask({ do: "prepare", task: { kind: "export", layers, file, onnx, threads: 1 } }, effort.timeout);
    return undefined;
  } catch (error) {
    if (!(error instanceof AbsentPeer)) throw error;
    return `skipped: onnxruntime-node, whose file PyTorch writes. ${error.message}`;
  } finally {
    await peer?.close();
  }
}

export const inference: Suite = async ({ quick, folder, tell }) => {
  const [file, onnx] = ["inference.safetensors", "inference.onnx"].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  tell("inference: PyTorch writes the ONNX file");
  writeCase(file, { layers, images: IMAGES, size: 28, trained: 20 });
  const missing = await writeOnnx(file, onnx);
  const peers: readonly PeerProgram[] = missing === undefined ? [kilograd, onnxruntime] : [kilograd];
  const rows: Row[] = [];
  const notes = new Set<string>(missing === undefined ? [] : [missing]);
  for (const { batchSize, threads } of settings) {
    const task: InferenceTask = { kind: "inference", layers, file, onnx, batchSize, threads };
    const name = `inference, batch ${batchSize}, ${threads} threads`;
    const result: CaseResult = await measure(
      { name, task, peers, tolerance: 1e-4, effort: quick ? quickEffort : effort },
      tell,
    );
    for (const one of result.measured) {
      rows.push({ ...one, batchSize, threads, ratio: ratio(one.rounds, result.measured[0]!.rounds) });
    }
    result.notes.forEach((note) => notes.add(note));
  }
  return [tabulate("Inference", columns, rows, [...notes])];
};
