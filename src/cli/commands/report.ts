/** `kilograd report RUN…` */
import path from "node:path";
import { Option } from "commander";
import { ArgumentError, UsageError } from "../../entries/index.js";
import { comparisonPage, gatherRunReport, runPage, textReport, type RunReport } from "../../entries/report.js";
import { Run, writeFileAtomic } from "../../entries/train-node.js";
import { openRun, openTestData } from "../assembly.js";
import { asUsageError } from "../options.js";
import { addDownload, downloadIfAsked, type DownloadOptions } from "../data-download.js";
import { examples } from "../own-command.js";
import { waitingBar } from "../waiting-bar.js";
import type { DefineCommand, Surroundings } from "../surroundings.js";

interface ReportOptions extends DownloadOptions {
  readonly out?: string;
  readonly text?: true;
  readonly digits?: string;
}

const EXAMPLES = [
  ["report runs/2026-05-01-142530-default", "write report.html into the run's folder"],
  ["report runs/a runs/b --out comparison.html", "compare two runs"],
  ["report runs/a --text", "draw curves and the confusion matrix in the terminal"],
] as const;

export const defineCommand: DefineCommand = (command, surroundings) => {
  addDownload(command)
    .description("report on a run, or compare several runs, in one HTML file")
    .argument("<runs...>", "the folders of runs")
    .option("--out <file>", "the page (default: report.html in the run's folder; for several runs, comparison.html)")
    .addOption(
      new Option("--text", "draw curves and the confusion matrix in the terminal instead of writing a file").conflicts([
        "out",
        "digits",
      ]),
    )
    .option(
      "--digits <classes>",
      "classes whose activation maps are shown, by number, separated by commas (default: 2,5,8, or others that occur)",
    )
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (folders: readonly string[], options: ReportOptions) => {
      const { stdout } = surroundings;
      if (folders.length > 1 && options.digits !== undefined) {
        throw new UsageError({ op: "--digits", problem: "a comparison of several runs shows no activation maps" });
      }
      const digits = options.digits === undefined ? undefined : readDigits(options.digits);
      const choose = folders.length === 1 && !options.text ? (test: TestData) => digits ?? usualDigits(test) : () => [];
      const reports: RunReport[] = [];
      for (const folder of folders) reports.push(await reportRun(folder, choose, options, surroundings));
      if (options.text) {
        stdout.write(`${textReport(reports, stdout.columns)}\n`);
        return;
      }
      const [only] = reports.length === 1 ? reports : [];
      const file = options.out ?? (only ? path.join(folders[0]!, "report.html") : "comparison.html");
      writeFileAtomic(file, only ? runPage(only) : comparisonPage(reports));
      stdout.write(`${file}\n`);
    });
};

/** Reads `2,5,8`, or nothing. */
function readDigits(words: string): number[] {
  const digits = words === "" ? [] : words.split(",").map((word) => (word.trim() === "" ? NaN : Number(word)));
  if (digits.every((digit) => Number.isInteger(digit) && digit >= 0)) return digits;
  throw new UsageError({
    op: "--digits",
    problem: "invalid list of classes",
    expected: "numbers such as 2,5,8",
    got: words,
  });
}

type TestData = ReturnType<typeof openTestData>;

/** The classes that are shown where they occur. */
const USUAL = [2, 5, 8];

/** Classes that test images have: the usual ones, and others in the place of those that are missing. */
function usualDigits({ targets }: TestData): number[] {
  const present = [...new Set(targets)].sort((a, b) => a - b);
  const usual = present.filter((label) => USUAL.includes(label));
  const others = present.filter((label) => !USUAL.includes(label));
  return [...usual, ...others].slice(0, USUAL.length).sort((a, b) => a - b);
}

async function reportRun(
  folder: string,
  choose: (test: TestData) => readonly number[],
  options: DownloadOptions,
  surroundings: Surroundings,
): Promise<RunReport> {
  const run = Run.open(folder);
  const source = { name: folder, record: run.record, metrics: run.metrics() };
  if (!run.has("last")) return gatherRunReport(source);
  const { model, load } = await openRun(folder, surroundings);
  const epochs = load("last");
  await downloadIfAsked(run.record.config.data, options, surroundings.stderr);
  const progress = waitingBar(`test ${folder}`, surroundings.stderr);
  const test = openTestData(run);
  const network = { model, epochs, test, progress };
  try {
    return gatherRunReport({ ...source, network, digits: choose(test) });
  } catch (error) {
    throw error instanceof ArgumentError && error.op === "digits" ? asUsageError(error) : error;
  }
}
