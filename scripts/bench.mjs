/** `npm run bench [-- options]`: installs what is missing, builds what has changed, and measures. */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { at, install, prepare } from "./setup.mjs";

prepare();
install("Installing the peers of the benchmark", at("bench"));
install("Installing a current Node", at("test", "environments", "current-node"));
const args = ["--import", "tsx", at("bench", "main.ts"), ...process.argv.slice(2)];
// tsx follows this file's paths, so the build is what is measured.
const env = { ...process.env, TSX_TSCONFIG_PATH: at("bench", "tsconfig.run.json") };
const { status, signal } = spawnSync(process.execPath, args, { cwd: at(), stdio: "inherit", env });
process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
