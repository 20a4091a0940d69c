/** `kilograd/predict`: a trained network looks at images. In Node as in a browser. */
export { Classifier, type Prediction } from "../predict/classifier.js";
export { type GreyImage, type ImageSource, type RgbaImage } from "../predict/image.js";
export { loadClassifier, type LoadClassifierOptions } from "../predict/load.js";
