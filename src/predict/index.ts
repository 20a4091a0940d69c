/** `kilograd/predict`: a trained network looks at images. In Node as in a browser. */
export { Classifier, type Prediction } from "./classifier.js";
export { type GreyImage, type ImageSource, type RgbaImage } from "./image.js";
export { loadClassifier, type LoadClassifierOptions } from "./load.js";
