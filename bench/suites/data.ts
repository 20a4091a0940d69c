/** What loading and augmentation cost: epochs of MNIST, plain and with the default recipe's augmentation. */
import { measure, type Effort, type Measured } from "../harness/measure.js";
import { ratio } from "../harness/statistics.js";
import { digits, percent, tabulate, type Column } from "../harness/table.js";
import { augmentedKilograd, kilograd } from "../peers/index.js";
import type { Suite } from "./suite.js";

const IMAGES = 60_000;
// Many short rounds, because the differences are only a few percent, and a busy machine varies by more within seconds.
const effort: Effort = { rounds: 60, seconds: 0.5, timeout: 120 };
const quickEffort: Effort = { ...effort, rounds: 20, seconds: 0.3 };

interface Row extends Measured {
  readonly batchSize: number;
  readonly threads: number;
  /** The extra cost relative to a plain epoch: the median over the rounds, each against its neighbour. */
  readonly more: number;
}

const columns: readonly Column<Row>[] = [
  { title: "", align: "left", text: ({ peer }) => peer },
  { title: "batch", text: ({ batchSize }) => String(batchSize) },
  { title: "threads", text: ({ threads }) => String(threads) },
  { title: "it/s", text: ({ step }) => digits(1 / step) },
  { title: "an epoch, s", text: ({ step, batchSize }) => digits((IMAGES / batchSize) * step) },
  { title: "spread", text: ({ spread }) => percent(spread) },
  { title: "extra cost", text: ({ more }) => percent(more) },
];

export const data: Suite = async ({ quick, tell }) => {
  const rows: Row[] = [];
  for (const threads of [1, 2]) {
    const task = { kind: "epoch", batchSize: 32, threads } as const;
    const { measured } = await measure(
      {
        name: `data, ${threads} threads`,
        task,
        peers: [kilograd, augmentedKilograd],
        tolerance: 0,
        effort: quick ? quickEffort : effort,
      },
      tell,
    );
    const plain = measured[0]!.rounds;
    for (const one of measured) {
      rows.push({ ...one, ...task, more: ratio(one.rounds, plain) - 1 });
    }
  }
  return [tabulate("Epochs of MNIST, plain and augmented", columns, rows)];
};
