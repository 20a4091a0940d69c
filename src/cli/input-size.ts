/** The option `--input`: the sizes of a network's inputs. */
import { Option } from "commander";
import { KilogradError, ShapeError, UsageError, type Shape } from "../entries/index.js";
import { Run } from "../entries/train-node.js";
import { isRun } from "./network-file.js";

/** The size of the exercise's images. */
const USUAL = "1,28,28";

/** The option. */
export function inputOption(): Option {
  return new Option(
    "--input <sizes>",
    `the size of one image, without the batch; separate several inputs with spaces (default: ${USUAL}; for a run, that of its images)`,
  );
}

/** The sizes that the option names or, without it, those of the run that the network is from. */
export function inputSizes(net: string, words: string | undefined): readonly Shape[] {
  if (words !== undefined) return readInputSizes(words);
  return isRun(net) ? [Run.open(net).record.images.size] : readInputSizes(USUAL);
}

/**
 * Reads `1,28,28`, or several sizes separated by spaces.
 * @throws UsageError for anything else
 */
function readInputSizes(words: string): number[][] {
  return words.split(" ").map(readSize);
}

function readSize(word: string): number[] {
  const size = word.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (size.every((extent) => Number.isInteger(extent) && extent > 0)) return size;
  throw new UsageError({
    op: "--input",
    problem: "invalid size",
    expected: "integers such as 1,28,28",
    got: word,
  });
}

/**
 * Calls `run`, which runs a network on inputs of these sizes. If it fails on inputs that are not single images [C,H,W],
 * the error speaks of the option.
 */
export function hintAtInput<T>(sizes: readonly (readonly number[])[], run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ShapeError) || sizes.every((size) => size.length === 3)) throw error;
    const [failure] = error.message.split(/\.(?: Hint: |$)/);
    throw new KilogradError(
      {
        op: "--input",
        problem: `the network does not accept ${sizes.map((size) => size.join(",")).join(" ")}: ${failure}`,
        hint: "give channels, height and width, such as 1,28,28; the batch axis is added to them",
      },
      { cause: error },
    );
  }
}
