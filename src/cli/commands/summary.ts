/** `kilograd summary [net]` */
import { formatSummary, summarize } from "../../entries/index.js";
import { hintAtInput, inputOption, inputSizes } from "../input-size.js";
import { findNetwork } from "../network-file.js";
import type { DefineCommand } from "../surroundings.js";

export const defineCommand: DefineCommand = (command, { stdout }) => {
  command
    .description("show a network's layers, their output shapes and numbers of parameters")
    .argument("[net]", "a built-in network, a file that exports a Module, an ONNX model, or a run", "exercise")
    .addOption(inputOption())
    .action(async (net: string, { input }: { input?: string }) => {
      const sizes = inputSizes(net, input);
      const network = (await findNetwork(net))();
      stdout.write(`${formatSummary(hintAtInput(sizes, () => summarize(network, sizes)))}\n`);
    });
};
