/** The six questions that the exercise's notebook answers about itself, in its own words. */
import type { Facts } from "../inspect/facts.js";

export interface Answer {
  readonly question: string;
  readonly answer: string;
}

const python = (yes: boolean): string => (yes ? "True" : "False");

/** @param accuracy the percentage of test images that the final weights classify correctly */
export function answerQuestions(facts: Facts, accuracy: number): Answer[] {
  return [
    { question: "Final validation accuracy", answer: accuracy.toFixed(2) },
    { question: "Number of parameters", answer: String(facts.parameters) },
    { question: "Dropout used", answer: python(facts.dropout) },
    { question: "Batch normalisation used", answer: python(facts.batchNorm) },
    { question: "Fully connected layer used", answer: python(facts.fullyConnected > 0) },
    { question: "1x1 kernels used", answer: python(facts.pointwise) },
  ];
}
