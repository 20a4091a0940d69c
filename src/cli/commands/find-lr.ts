/** `kilograd find-lr [net]` */
import { UsageError, type ProgressStream } from "../../entries/index.js";
import { chartFile, significant, textChart, type Chart } from "../../entries/report.js";
import { lrRangeTest, suggestLr, type RangePoint, type RateSuggestion } from "../../entries/train.js";
import { writeFileAtomic } from "../../entries/train-node.js";
import { assemble } from "../assembly.js";
import { addSettings, readConfig, readNumber, type SettingOptions } from "../options.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import { examples } from "../own-command.js";
import { waitingBar } from "../waiting-bar.js";
import type { DefineCommand } from "../surroundings.js";
import { readWhole } from "../whole-number.js";

interface FindLrOptions extends SettingOptions, DownloadOptions {
  readonly from: string;
  readonly to: string;
  readonly steps: string;
  readonly svg?: string;
  readonly json?: true;
}

const EXAMPLES = [
  ["find-lr", "the exercise's network with the default recipe"],
  ["find-lr my-net.ts --optimizer adam --to 1"],
  ["find-lr --svg range-test.svg"],
] as const;

export const defineCommand: DefineCommand = (command, { stdout, stderr }) => {
  command
    .description("find a learning rate by a range test: raise it from step to step until the loss explodes")
    .argument("[net]", "a built-in network, a file that exports a Module, an ONNX model, or a run", "exercise");
  addDownload(command);
  addSettings(command, [
    ...(["recipe", "batchSize", "loss", "optimizer", "momentum", "weightDecay"] as const),
    ...(["augment", "seed", "threads", "numerics", "data"] as const),
  ])
    .option("--from <x>", "the first learning rate", "1e-5")
    .option("--to <x>", "the last learning rate", "10")
    .option("--steps <n>", "number of steps from the first rate to the last", "300")
    .option("--svg <file>", "also draw the curve")
    .option("--json", "print the points and the suggestion as JSON")
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (net: string, options: FindLrOptions) => {
      const points = await rangeTest(net, options, stderr);
      const suggestion = suggestLr(points);
      if (options.svg !== undefined) writeFileAtomic(options.svg, chartFile(rangeChart(points)));
      if (options.json) stdout.write(`${JSON.stringify({ points, suggestion })}\n`);
      else stdout.write(`${textChart(rangeChart(points), stdout.columns)}\n\n${explain(suggestion, options.to)}\n`);
    });
};

async function rangeTest(net: string, options: FindLrOptions, stderr: ProgressStream): Promise<RangePoint[]> {
  const [from, to] = [options.from, options.to].map(readNumber);
  if (typeof from !== "number" || typeof to !== "number" || !(from > 0 && from < to)) {
    const got = `${options.from} and ${options.to}`;
    throw new UsageError({ op: "--from, --to", problem: "invalid range", expected: "0 < from < to", got });
  }
  const steps = readWhole("--steps", options.steps, 20);
  // Without a schedule, which would change the momentum as well.
  const config = { ...readConfig(net, options), schedule: { name: "constant" } as const };
  await downloadIfAsked(config.data, options, stderr);
  const { model, optimizer, trainLoader } = (await assemble(config)).trainer.options;
  const batches = (function* () {
    for (;;) yield* trainLoader.iterate();
  })();
  const test = lrRangeTest({ model, optimizer, batches, from, to, steps, loss: config.loss });
  return [...waitingBar("range test", stderr)(test, steps)];
}

/** The curve as far as the loss is at most twice its initial value: a larger scale would hide everything else. */
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
  const end = exploded ? "" : `\nThe loss has not exploded up to ${to}: a higher --to would show more.`;
  const why = lr === steepest ? "the rate at which it falls most steeply" : "a tenth of the rate at which it is lowest";
  return `The loss falls most steeply at ${significant(steepest, 2)} and is lowest at ${significant(lowest, 2)}.${end}
Suggested: --lr ${significant(lr, 2)}, ${why}. Try another --seed to see how certain that is.`;
}
