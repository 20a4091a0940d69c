/**
 * The text of `program.py`. This module reads the file when kilograd runs from its sources. A browser cannot, so in the
 * bundle the text replaces this module (`scripts/program-text.mjs`).
 */
import { nodeModule } from "../../runtime/features.js";

interface Files {
  readFileSync(file: URL, encoding: "utf8"): string;
}

export const programText = nodeModule<Files>("fs")!.readFileSync(new URL("program.py", import.meta.url), "utf8");
