/**
 * `npm start [-- options]`: installs what is missing, builds what has changed, and trains. In a fresh clone that is
 * all that is needed. It runs `kilograd train` in this very process, so that signals and the exit status are its own.
 */
import process from "node:process";
import { pathToFileURL } from "node:url";
import { at, prepare } from "./setup.mjs";

prepare();
const main = at("dist", "cli", "main.js");
process.argv = [process.argv[0], main, "train", ...process.argv.slice(2)];
await import(pathToFileURL(main).href);
