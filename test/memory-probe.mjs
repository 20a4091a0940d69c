/**
 * Loaded into a training process (`node --expose-gc --import …/memory-probe.mjs`): writes a line of JSON to standard
 * error at the end of each epoch, with the memory that is alive after a collection, and one with the peak at the end.
 * All figures are in bytes.
 */
import process from "node:process";

const report = (record) => process.stderr.write(`${JSON.stringify(record)}\n`);
const write = process.stdout.write.bind(process.stdout);

process.stdout.write = (text, ...rest) => {
  if (String(text).includes('"type":"epoch"')) {
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    report({ rss, live: heapUsed + external });
  }
  return write(text, ...rest);
};
process.on("exit", () => report({ peak: 1024 * process.resourceUsage().maxRSS }));
