/** How training scales with batch size and threads: kilograd alone, with one process for each combination, in turn. */
import { measure, type Effort, type Measured } from "../harness/measure.js";
import { ratio } from "../harness/statistics.js";
import { digits, percent, tabulate, type Column } from "../harness/table.js";
import { kilogradSteps } from "../peers/index.js";
import type { Suite } from "./suite.js";

const cases = [1, 2].flatMap((threads) => [32, 64, 128, 512].map((batch) => ({ batch, threads })));
// Many short rounds, as in the suite `data`, because the differences are only a few percent.
const effort: Effort = { rounds: 40, seconds: 0.4, timeout: 120 };
const quickEffort: Effort = { ...effort, rounds: 10 };

interface Row extends Measured {
  readonly batch: number;
  readonly threads: number;
  /** Images per second, relative to the smallest batches: the median over the rounds, each against its neighbour. */
  readonly part: number;
  /** The speed-up over one thread, computed in the same way. */
  readonly scaling: number;
}

const columns: readonly Column<Row>[] = [
  { title: "batch", text: ({ batch }) => String(batch) },
  { title: "threads", text: ({ threads }) => String(threads) },
  { title: "a step, ms", text: ({ step }) => digits(1000 * step) },
  { title: "images/s", text: ({ step, batch }) => digits(batch / step) },
  { title: "spread", text: ({ spread }) => percent(spread) },
  { title: "relative to 32", text: ({ part }) => percent(part) },
  { title: "over one thread", text: ({ scaling }) => `${digits(scaling)} ×` },
];

export const batches: Suite = async ({ quick, tell }) => {
  const { measured } = await measure(
    {
      name: "batches",
      task: { kind: "steps" },
      peers: cases.map(({ batch, threads }) => kilogradSteps(batch, threads)),
      tolerance: 0,
      effort: quick ? quickEffort : effort,
    },
    tell,
  );
  const rows = cases.map(({ batch, threads }, i): Row => {
    const one = measured[i]!;
    const find = (match: (other: (typeof cases)[number]) => boolean): Measured => measured[cases.findIndex(match)]!;
    const smallest = find((other) => other.threads === threads);
    const alone = find((other) => other.batch === batch);
    return {
      ...one,
      batch,
      threads,
      part: (ratio(smallest.rounds, one.rounds) * batch) / cases[0]!.batch,
      scaling: ratio(alone.rounds, one.rounds),
    };
  });
  return [tabulate("Images per second as the batch grows", columns, rows)];
};
