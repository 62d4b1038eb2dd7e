/**
 * A lone script: the comment says what the task is.
 * @name add
 * @version 1.0.0
 * @description Adds numbers.
 * @author Ratchet
 * @tag arithmetic
 */
function main(input) {
  return { sum: input.numbers.reduce((total, number) => total + number, 0) };
}
