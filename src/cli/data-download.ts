/** The option `--download`, which gets data that is missing. */
import type { Command } from "commander";
import { ArgumentError, ProgressBar, type ProgressStream } from "../entries/index.js";
import { downloadData } from "../entries/train-node.js";
import { asUsageError } from "./options.js";

export interface DownloadOptions {
  readonly download?: true | undefined;
}

export function addDownload(command: Command): Command {
  return command.option("--download", "download the data, if it is one of those with a name and not there yet");
}

/** Downloads the data that a configuration names, if that was asked for. */
export async function downloadIfAsked(
  data: string,
  { download }: DownloadOptions,
  stderr: ProgressStream,
): Promise<void> {
  if (!download) return;
  let bar: ProgressBar | undefined;
  let current = "";
  try {
    await downloadData(data, (file, received, total) => {
      if (file !== current || received < bar!.n) {
        bar?.close();
        bar = new ProgressBar({
          desc: file,
          unit: "B",
          unitScale: true,
          stream: stderr,
          ...(total === undefined ? {} : { total }),
        });
        current = file;
      }
      bar!.update(received - bar!.n);
    });
  } catch (error) {
    throw error instanceof ArgumentError ? asUsageError(error) : error;
  } finally {
    bar?.close();
  }
}
