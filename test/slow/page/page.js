import { use } from "./use.js";

const output = document.querySelector("output");
try {
  output.textContent = use();
} catch (error) {
  output.textContent = error.stack;
}
