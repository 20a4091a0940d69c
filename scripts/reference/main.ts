/** `npm run reference`: writes the API reference to reference/. It fails if TypeDoc warns. */
import path from "node:path";
import process from "node:process";
import { generateReference } from "./generate.js";
import { readSurface, root } from "./public-names.js";

const out = path.join(root, "reference");
const { pages, complaints } = await generateReference(out, readSurface());
for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
if (complaints.length > 0) process.exit(1);
process.stdout.write(`${pages} pages: open ${path.join(out, "index.html")}\n`);
