/**
 * metrics.jsonl: one JSON object a line, for each step and epoch. It grows in memory and reaches the disk before each
 * checkpoint, which notes its length; resuming cuts it back to that length, so nothing is in it twice.
 */
import fs from "node:fs";
import { writing } from "./atomic-file.js";

export class MetricsFile {
  private readonly handle: number;
  private length: number;
  private waiting: string[] = [];

  /** Opens the file, or makes it, and drops what lies behind its first `length` bytes. */
  constructor(
    private readonly file: string,
    length: number,
  ) {
    this.handle = writing(file, () => fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT));
    writing(file, () => fs.ftruncateSync(this.handle, length));
    this.length = length;
  }

  append(record: object): void {
    this.waiting.push(JSON.stringify(record) + "\n");
  }

  /** Puts all lines on the disk; the file's length in bytes. */
  flush(): number {
    const bytes = Buffer.from(this.waiting.join(""));
    writing(this.file, () => {
      let written = 0;
      while (written < bytes.length) {
        written += fs.writeSync(this.handle, bytes, written, bytes.length - written, this.length + written);
      }
      fs.fsyncSync(this.handle);
    });
    this.waiting = [];
    this.length += bytes.length;
    return this.length;
  }

  /** Writes what is left, and lets go of the file. */
  close(): void {
    try {
      this.flush();
    } finally {
      fs.closeSync(this.handle);
    }
  }
}
