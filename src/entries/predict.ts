/**
 * A trained network that classifies images, in Node as in a browser.
 *
 * @example
 * const classifier = await loadClassifier("runs/first");
 * const { label, likelihoods } = classifier.predict(Array.from({ length: 28 }, () => new Float32Array(28)));
 * likelihoods.length; // 10
 *
 * @module kilograd/predict
 */
export { Classifier, type Prediction } from "../predict/classifier.js";
export { type GreyImage, type ImageSource, type RgbaImage } from "../predict/image.js";
export { loadClassifier, type LoadClassifierOptions } from "../predict/load.js";
