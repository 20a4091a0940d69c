/** `kilograd inspect [net]` */
import { advise, drawNetwork, formatAdvice, formatInspection, inspectNetwork } from "../../entries/summary.js";
import { hasReference } from "../../entries/report.js";
import { Run, writeFileAtomic } from "../../entries/train-node.js";
import { hintAtInput, inputOption, inputSizes } from "../input-size.js";
import { findNetwork, isRun } from "../network-file.js";
import { examples } from "../own-command.js";
import type { DefineCommand } from "../surroundings.js";

interface InspectOptions {
  readonly input?: string;
  readonly svg?: string;
  readonly json?: true;
}

const EXAMPLES = [
  ["inspect", "the exercise's network"],
  ["inspect my-net.ts --input 3,32,32", "your own network, for 32×32 colour images"],
  ["inspect my-net.ts --svg my-net.svg", "draw it as well"],
] as const;

export const defineCommand: DefineCommand = (command, { stdout }) => {
  command
    .description("show what each layer costs, how much of the image it sees, and what could be improved")
    .argument("[net]", "a built-in network, a file that exports a Module, an ONNX model, or a run", "exercise")
    .addOption(inputOption())
    .option("--svg <file>", "also draw the network")
    .option("--json", "print the layers and the advice as JSON")
    .addHelpText("after", () => examples(EXAMPLES))
    .action(async (net: string, { input, svg, json }: InspectOptions) => {
      const sizes = inputSizes(net, input);
      const network = (await findNetwork(net))();
      const inspection = hintAtInput(sizes, () => inspectNetwork(network, sizes));
      const advice = advise(inspection, isRun(net) ? { exercise: isForExercise(Run.open(net)) } : {});
      if (svg !== undefined) writeFileAtomic(svg, drawNetwork(inspection, advice));

      if (json) stdout.write(`${JSON.stringify({ ...inspection, advice }, null, 2)}\n`);
      else stdout.write(`${formatInspection(inspection)}\n\n${formatAdvice(advice, inspection)}\n`);
    });
};

function isForExercise({ record }: Run): boolean {
  return hasReference(record.config.data, record.data);
}
