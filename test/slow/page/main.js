import { use } from "./use.js";

console.log(use());
