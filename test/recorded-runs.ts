/** The recorded runs (fixtures/know-early/recorded-runs.json), and what `Know early` would have said about them. */
import { adviseTraining, percent, type EpochFigures, type TrainingAdvice } from "../src/entries/report.js";
import { leastCorrect } from "../src/entries/train.js";
import { jsonFixture } from "./fixtures.js";

export interface RecordedRun {
  readonly name: string;
  /** The number of epochs in its budget. */
  readonly epochs: number;
  readonly records: readonly EpochFigures[];
  /** Why it ended before its budget was exhausted. */
  readonly error?: string;
}

export interface Foretold {
  readonly run: RecordedRun;
  /** Whether it reached 99.4 % at the end of its budget. */
  readonly passed: boolean;
  /** The first advice up to epoch 3 that calls it hopeless. */
  readonly hopeless: TrainingAdvice | undefined;
}

/** The epoch by which it must be known. */
const EARLY = 3;

export function recordedRuns(): RecordedRun[] {
  return jsonFixture("know-early/recorded-runs.json");
}

/** Judges each run on its own, compared only with the reference curve. */
export function foretell(run: RecordedRun): Foretold {
  const { epochs: budget, records, error } = run;
  const last = records.at(-1);
  const passed = error === undefined && last !== undefined && last.correct >= leastCorrect(last.total);
  const advice = records.slice(0, Math.min(EARLY, budget - 1)).flatMap((_, i) =>
    adviseTraining({
      budget,
      classes: 10,
      epochs: records.slice(0, i + 1),
      reference: true,
      cropped: 0,
      earlier: [],
    }),
  );
  return { run, passed, hopeless: advice.find(({ hopeless }) => hopeless) };
}

/** A summary of the table in a sentence. */
export function foretellingCounts(runs: readonly RecordedRun[]): string {
  const foretold = runs.map(foretell);
  const [passed, failed] = [foretold.filter((one) => one.passed), foretold.filter((one) => !one.passed)];
  const called = (some: readonly Foretold[]): number => some.filter(({ hopeless }) => hopeless).length;
  return `Of ${runs.length} recorded runs, ${passed.length} passed, and ${called(passed) || "none"} of these is called hopeless. Of the ${failed.length} that did not pass, ${called(failed)} are called hopeless by epoch ${EARLY}.`;
}

/** A line for each run, as Markdown. */
export function foretellingTable(runs: readonly RecordedRun[]): string {
  const rows = runs.map(foretell).map(({ run, passed, hopeless }) => {
    const { name, epochs, records, error } = run;
    const at = (epoch: number): string => {
      const record = records[epoch - 1];
      return record ? percent(record.correct / record.total) : "";
    };
    const end = error === undefined ? at(records.length) : "loss is NaN";
    const said = hopeless ? `epoch ${hopeless.epoch}: ${hopeless.sign}` : "";
    return `| ${[name, epochs, at(2), at(3), end, passed ? "yes" : "no", said].join(" | ")} |`;
  });
  const head = [
    "| run | epochs | after 2 | after 3 | at the end | passed | called hopeless |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  return [...head, ...rows].join("\n");
}
