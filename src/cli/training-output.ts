/** What `kilograd train` prints while training: the notebook's lines, or events as JSON lines. */
import { ProgressBar, type ProgressStream } from "../entries/index.js";
import type { TrainingAdvice } from "../entries/report.js";
import { afterTraining } from "./next-steps.js";
import { verdictsTitle, type Answer, type Trainer, type Verdict } from "../entries/train.js";

/** The outcome of a finished training. */
export interface Result {
  readonly verdicts: readonly Verdict[];
  readonly answers: readonly Answer[];
  /** The SHA-256 of the weights. */
  readonly weights: string;
}

export interface TrainingOutput {
  /** Starts printing what the trainer does. The run is written to `folder`. */
  follow(trainer: Trainer, folder: string): void;
  /** Prints a piece of advice after an epoch. */
  advise(advice: TrainingAdvice): void;
  /** The training is done; its run is in `folder`. */
  finish(result: Result, folder: string): void;
  /** The training was stopped; the command `resume` continues it. */
  interrupt(folder: string, resume: string): void;
  /** The training was stopped because it is hopeless; the command `resume` continues it. */
  giveUp(folder: string, resume: string): void;
}

/** For people: the summary, a progress bar and test result for each epoch, the rules and answers at the end. */
export class TextOutput implements TrainingOutput {
  private bar: ProgressBar | undefined;

  constructor(
    private readonly stream: ProgressStream,
    private readonly summary: string,
  ) {}

  follow(trainer: Trainer, folder: string): void {
    this.print(this.summary);
    this.print("");
    this.print(`Run: ${folder}`);
    this.print("");
    trainer.on("epochStart", ({ batch, batches }) => {
      this.bar = new ProgressBar({ total: batches, initial: batch, stream: this.stream });
    });
    trainer.on("step", ({ batch, loss }) => {
      this.bar?.setDescription(`loss=${loss.toFixed(4)} batch_id=${batch}`);
      this.bar?.update();
      if (this.bar?.n === this.bar?.total) this.bar?.close();
    });
    trainer.on("epoch", (event) => {
      this.print("");
      this.print(formatTest(event));
      this.print("");
    });
    trainer.on("end", () => this.bar?.close());
  }

  advise({ sign, hopeless, text }: TrainingAdvice): void {
    this.print(`${hopeless ? "Hopeless" : "Advice"}: ${sign}: ${text}\n`);
  }

  finish({ verdicts, answers }: Result, folder: string): void {
    if (verdicts.length > 0) this.print(`${formatVerdicts(verdicts)}\n`);
    for (const { question, answer } of answers) this.print(`${question}: ${answer}`);
    this.print(`\n${afterTraining(folder, verdicts)}`);
  }

  interrupt(_folder: string, resume: string): void {
    this.print(`\nStopped and saved. To continue: ${resume}`);
  }

  giveUp(_folder: string, resume: string): void {
    this.print(`Stopped and saved, because the goal is out of reach. To continue anyway: ${resume}`);
  }

  private print(line: string): void {
    this.stream.write(`${line}\n`);
  }
}

/** For programs: one JSON object per line. */
export class JsonOutput implements TrainingOutput {
  constructor(private readonly stream: ProgressStream) {}

  follow(trainer: Trainer, folder: string): void {
    trainer.on("start", (event) => this.print({ ...event, run: folder }));
    trainer.on("step", (event) => this.print(event));
    trainer.on("epoch", (event) => this.print(event));
  }

  advise(advice: TrainingAdvice): void {
    this.print({ type: "advice", ...advice });
  }

  finish({ verdicts, weights }: Result): void {
    const rules = verdicts.map(({ rule, value, pass }) => ({ rule, value, pass }));
    this.print({ type: "end", rules, weights });
  }

  interrupt(folder: string, resume: string): void {
    this.print({ type: "interrupted", run: folder, resume });
  }

  giveUp(folder: string, resume: string): void {
    this.print({ type: "hopeless", run: folder, resume });
  }

  private print(event: object): void {
    this.stream.write(`${JSON.stringify(event)}\n`);
  }
}

/** A test result as the notebook prints it. */
export function formatTest(test: { testLoss: number; correct: number; total: number }): string {
  const { testLoss, correct, total } = test;
  const percent = ((100 * correct) / total).toFixed(1);
  return `Test set: Average loss: ${testLoss.toFixed(4)}, Accuracy: ${correct}/${total} (${percent}%)`;
}

/** One line per rule: whether it passes, the rule and the measured value. */
export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const width = Math.max(...verdicts.map(({ rule }) => rule.length));
  const lines = verdicts.map(({ rule, shown, pass }) => `${pass ? "pass" : "FAIL"}  ${rule.padEnd(width)}  ${shown}`);
  return [verdictsTitle(verdicts), ...lines].join("\n");
}
