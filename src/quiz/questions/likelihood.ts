import { choice, type Question } from "../question.js";

export const question: Question = choice("likelihood", "Softmax gives ten numbers that add up to 1. What are they?", {
  right: "likelihoods: adding up to 1 does not make them probabilities",
  wrong: ["probabilities of being correct", "accuracies of the classes", "weights of the classes"],
  explanation: "A network can say 0.99 and be wrong half of the time. Only counting shows how often it is right.",
});
