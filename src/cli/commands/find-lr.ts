/** `kilograd find-lr [net]` */
import { UsageError } from "../../entries/index.js";
import { chartFile, significant, textChart, type Chart } from "../../entries/report.js";
import { lrRangeTest, makeTrainer, suggestLr, type RangePoint, type RateSuggestion } from "../../entries/train.js";
import { writeFileAtomic } from "../../entries/train-node.js";
import { prepare } from "../assembly.js";
import { addSettings, readConfig, readNumber, type SettingOptions } from "../options.js";
import type { AddCommand } from "../surroundings.js";

interface FindLrOptions extends SettingOptions {
  readonly from: string;
  readonly to: string;
  readonly steps: string;
  readonly svg?: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  kilograd find-lr                                  for the exercise's network and the default recipe
  kilograd find-lr my-net.ts --optimizer adam --to 1
  kilograd find-lr --svg range-test.svg`;

export const addFindLr: AddCommand = (program, { stdout }) => {
  const command = program
    .command("find-lr")
    .description("find a learning rate by a range test: it grows from step to step until the loss explodes")
    .argument("[net]", "a built-in network, or a file that exports a Module", "exercise");
  addSettings(command, [
    ...(["recipe", "batchSize", "optimizer", "momentum", "weightDecay"] as const),
    ...(["augment", "seed", "threads", "numerics", "data"] as const),
  ])
    .option("--from <x>", "the first learning rate", "1e-5")
    .option("--to <x>", "the last one", "10")
    .option("--steps <n>", "from the first rate to the last", "300")
    .option("--svg <file>", "write the curve as a drawing too")
    .option("--json", "print the points and the suggestion as JSON")
    .addHelpText("after", EXAMPLES)
    .action(async (net: string, options: FindLrOptions) => {
      const points = await rangeTest(net, options);
      const suggestion = suggestLr(points);
      if (options.svg !== undefined) writeFileAtomic(options.svg, chartFile(rangeChart(points)));
      if (options.json) stdout.write(`${JSON.stringify({ points, suggestion })}\n`);
      else stdout.write(`${textChart(rangeChart(points), stdout.columns)}\n\n${explain(suggestion, options.to)}\n`);
    });
};

async function rangeTest(net: string, options: FindLrOptions): Promise<RangePoint[]> {
  const [from, to, steps] = [options.from, options.to, options.steps].map(readNumber);
  if (typeof from !== "number" || typeof to !== "number" || !(from > 0 && from < to)) {
    const got = `${options.from} and ${options.to}`;
    throw new UsageError({ op: "--from, --to", problem: "not a range", expected: "0 < from < to", got });
  }
  if (typeof steps !== "number" || !Number.isInteger(steps) || steps < 20) {
    throw new UsageError({
      op: "--steps",
      problem: "not possible",
      expected: "a whole number from 20 up",
      got: options.steps,
    });
  }
  // A schedule would move the momentum as well.
  const config = { ...readConfig(net, options), schedule: { name: "constant" } as const };
  const { makeNetwork, data } = await prepare(config);
  const { model, optimizer, trainLoader } = makeTrainer(config, makeNetwork, data).options;
  const batches = (function* () {
    for (;;) yield* trainLoader.iterate();
  })();
  return [...lrRangeTest({ model, optimizer, batches, from, to, steps })];
}

/** The curve up to where the loss is twice that of the beginning: above, nothing else would be seen. */
function rangeChart(points: readonly RangePoint[]): Chart {
  const most = 2 * Math.max(...points.slice(0, 10).map(({ smoothed }) => smoothed));
  const shown = points.filter(({ smoothed }) => smoothed <= most);
  return {
    title: "Smoothed loss by learning rate",
    x: { label: "learning rate", kind: "log", format: significant },
    y: { label: "loss", kind: "linear", format: significant },
    series: [{ name: "smoothed loss", points: shown.map(({ lr, smoothed }) => [lr, smoothed]) }],
  };
}

function explain({ lr, steepest, lowest, exploded }: RateSuggestion, to: string): string {
  const end = exploded ? "" : `\nThe loss has not exploded up to ${to}: with a higher --to one sees more.`;
  const why = lr === steepest ? "the rate of the steepest fall" : "a tenth of the rate with the lowest loss";
  return `The loss falls most steeply at ${significant(steepest, 2)} and is lowest at ${significant(lowest, 2)}.${end}
Suggested: --lr ${significant(lr, 2)}, ${why}. Another --seed shows how sure that is.`;
}
