/** Files in fixtures/, by their path in that folder. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

export function readFixture(name: string): Buffer {
  return readFileSync(fixturePath(name));
}

/** The content of a JSON file. */
export function jsonFixture<T>(name: string): T {
  return JSON.parse(readFixture(name).toString()) as T;
}
