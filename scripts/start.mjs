/**
 * `npm start [-- options]`: installs what is missing, builds what has changed, and trains. Nothing else is needed in a
 * fresh clone. It runs `kilograd train` in this process, which therefore handles the signals and sets the exit status.
 */
import process from "node:process";
import { pathToFileURL } from "node:url";
import { at, prepare } from "./setup.mjs";

prepare();
const main = at("dist", "cli", "main.js");
process.argv = [process.argv[0], main, "train", ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
