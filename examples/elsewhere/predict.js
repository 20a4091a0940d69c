/**
 * Classifies images with a run, in three lines. Node: `node predict.js runs/digits five.png`
 */
import { readFileSync } from "node:fs";
import { loadClassifier } from "kilograd/predict";

const [folder, file] = process.argv.slice(2);

const classifier = await loadClassifier(folder);
const { label, likelihoods } = classifier.predict(readFileSync(file));
console.log(`${label}: ${likelihoods.map((likelihood) => likelihood.toFixed(4)).join(" ")}`);
