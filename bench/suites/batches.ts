/** Whether training slows down as the batch grows: kilograd alone, a process for each size of the batch, in turn. */
import { measure, type Effort, type Measured } from "../harness/measure.js";
import { ratio } from "../harness/statistics.js";
import { digits, percent, tabulate, type Column } from "../harness/table.js";
import { kilogradWithBatch } from "../peers/index.js";
import type { Suite } from "./suite.js";

const sizes = [32, 64, 128, 512];
// Many short rounds, as in the suite `data`: what is compared lies a few percent apart.
const effort: Effort = { rounds: 40, seconds: 0.4, timeout: 120 };
const quickEffort: Effort = { ...effort, rounds: 10 };

interface Row extends Measured {
  readonly batch: number;
  readonly threads: number;
  /** Images a second, as a part of those in the smallest batches: the median over the rounds, each with its neighbour. */
  readonly part: number;
}

const columns: readonly Column<Row>[] = [
  { title: "batch", text: ({ batch }) => String(batch) },
  { title: "threads", text: ({ threads }) => String(threads) },
  { title: "a step, ms", text: ({ step }) => digits(1000 * step) },
  { title: "images/s", text: ({ step, batch }) => digits(batch / step) },
  { title: "spread", text: ({ spread }) => percent(spread) },
  { title: "of those at 32", text: ({ part }) => percent(part) },
];

export const batches: Suite = async ({ quick, tell }) => {
  const rows: Row[] = [];
  for (const threads of [1, 2]) {
    const { measured } = await measure(
      {
        name: `batches, ${threads} threads`,
        task: { kind: "steps", threads },
        peers: sizes.map(kilogradWithBatch),
        tolerance: 0,
        effort: quick ? quickEffort : effort,
      },
      tell,
    );
    measured.forEach((one, i) => {
      const batch = sizes[i]!;
      const slower = ratio(one.rounds, measured[0]!.rounds);
      rows.push({ ...one, batch, threads, part: batch / sizes[0]! / slower });
    });
  }
  return [tabulate("Images a second as the batch grows", columns, rows)];
};
