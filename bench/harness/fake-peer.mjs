/**
 * A fake peer for the harness's tests; it computes nothing. Its argument is JSON that says how it behaves: it reports
 * `skip` at the start, returns `losses` as its check, and claims `seconds` per step. With `ends` it exits when it is
 * asked to run, and with `silent` it never answers. `log` is a file in which it notes each run with its `name`.
 */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";

const { name = "", skip, losses = [1], bits = "", seconds = 1, ends, silent, log, fails } = JSON.parse(process.argv[2]);
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const answers = {
  prepare: () => null,
  check: () => ({ values: { losses }, bits }),
  run({ steps }) {
    if (ends) {
      process.stderr.write("out of luck\n", () => process.exit(3));
      return undefined;
    }
    if (log) appendFileSync(log, `${name} ${steps}\n`);
    return { seconds: seconds * steps, cpuSeconds: 2 * seconds * steps };
  },
  memory: () => ({ peak: 2e6, loaded: 1e6 }),
};

say(skip ? { skip } : { ready: name });
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if (silent) continue;
  if (fails === request.do) say({ failed: "no memory" });
  else {
    const done = answers[request.do](request);
    if (done !== undefined) say({ done });
  }
}
