/** The six questions that the exercise's notebook answers about itself, in its own words. */
import { recordWith } from "../errors/record-kinds.js";
import { numberWithin } from "../errors/kinds.js";
import { Signature, required } from "../errors/signature.js";
import type { Facts } from "../inspect/facts.js";

/** A question of the exercise's notebook, and the answer. */
export interface Answer {
  /** The question, as the notebook has it. */
  readonly question: string;
  /** The answer, as Python prints it. */
  readonly answer: string;
}

const python = (yes: boolean): string => (yes ? "True" : "False");

const ofAnswerQuestions = new Signature("answerQuestions", [
  required("facts", recordWith("what gatherFacts() returns", "parameters", "dropout")),
  required("accuracy", numberWithin(0, 100)),
]);

/**
 * Answers the six questions that the exercise's notebook answers about itself.
 * @param facts what `gatherFacts` found out about the network
 * @param accuracy the percentage of test images that the final weights classify correctly
 * @returns the questions and answers, in the notebook's order
 * @example
 * const answers = answerQuestions(gatherFacts(new ExerciseNet(), [1, 28, 28]), 99.41);
 * answers.map(({ question, answer }) => `${question}: ${answer}`)[1]; // "Number of parameters: 12514"
 */
export function answerQuestions(facts: Facts, accuracy: number): Answer[] {
  ofAnswerQuestions.read(arguments);
  return [
    { question: "Final validation accuracy", answer: accuracy.toFixed(2) },
    { question: "Number of parameters", answer: String(facts.parameters) },
    { question: "Dropout used", answer: python(facts.dropout) },
    { question: "Batch normalisation used", answer: python(facts.batchNorm) },
    { question: "Fully connected layer used", answer: python(facts.fullyConnected > 0) },
    { question: "1x1 kernels used", answer: python(facts.pointwise) },
  ];
}
