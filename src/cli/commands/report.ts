/** `kilograd report RUN…` */
import path from "node:path";
import { UsageError } from "../../entries/index.js";
import { comparisonPage, gatherRunReport, runPage, textReport, type RunReport } from "../../entries/report.js";
import { Run, writeFileAtomic } from "../../entries/train-node.js";
import { openRun, openTestData } from "../assembly.js";
import type { AddCommand } from "../surroundings.js";

interface ReportOptions {
  readonly out?: string;
  readonly text?: true;
  readonly digits: string;
}

const EXAMPLES = `
Examples:
  kilograd report runs/2026-05-01-142530-default            writes report.html into the run's folder
  kilograd report runs/a runs/b --out comparison.html       compares runs
  kilograd report runs/a --text                             draws curves and the confusion matrix here`;

export const addReport: AddCommand = (program, { stdout }) => {
  program
    .command("report")
    .description("write what came of a run as one HTML file, or compare several runs")
    .argument("<runs...>", "the folders of runs")
    .option("--out <file>", "the page; report.html in the run's folder, or comparison.html here, unless given")
    .option("--text", "draw curves and the confusion matrix in the terminal, and write no file")
    .option("--digits <classes>", "whose activation maps are shown: numbers of classes, with commas between", "2,5,8")
    .addHelpText("after", EXAMPLES)
    .action(async (folders: readonly string[], options: ReportOptions) => {
      const digits = folders.length === 1 && !options.text ? readDigits(options.digits) : [];
      const reports: RunReport[] = [];
      for (const folder of folders) reports.push(await reportRun(folder, digits));
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

/** `2,5,8`, or nothing */
function readDigits(words: string): number[] {
  const digits = words === "" ? [] : words.split(",").map((word) => (word.trim() === "" ? NaN : Number(word)));
  if (digits.every((digit) => Number.isInteger(digit) && digit >= 0)) return digits;
  throw new UsageError({
    op: "--digits",
    problem: "not a list of classes",
    expected: "numbers such as 2,5,8",
    got: words,
  });
}

async function reportRun(folder: string, digits: readonly number[]): Promise<RunReport> {
  const run = Run.open(folder);
  const source = { name: folder, record: run.record, metrics: run.metrics(), digits };
  if (!run.has("last")) return gatherRunReport(source);
  const { model, load } = await openRun(folder);
  const epochs = load("last");
  return gatherRunReport({ ...source, network: { model, epochs, test: openTestData(run) } });
}
