/**
 * The text of `program.py`. It is read here when kilograd runs from its sources. A browser could not, and so the bundle
 * has the text in place of this module (`scripts/program-text.mjs`).
 */
import { nodeModule } from "../../runtime/features.js";

interface Files {
  readFileSync(file: URL, encoding: "utf8"): string;
}

export const programText = nodeModule<Files>("fs")!.readFileSync(new URL("program.py", import.meta.url), "utf8");
