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
export { type Appearance } from "../data/appearance.js";
export { Classifier, type PredictOptions, type Prediction } from "../predict/classifier.js";
export { type ClassifierImages } from "../predict/classifier-images.js";
export { loadClassifier, type LoadClassifierOptions } from "../predict/load.js";
export { type CanvasSource, type GreyImage, type ImageSource, type RgbaImage } from "../predict/source.js";
