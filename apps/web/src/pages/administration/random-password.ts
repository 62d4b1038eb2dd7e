/** No letter that is taken for another one. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
const length = 20;

/** A password to be used once, in groups that can be read out. */
export function randomPassword(): string {
  let text = '';
  while (text.length < length)
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // What is above a whole number of alphabets would make some letters likelier.
      if (byte < 256 - (256 % letters.length) && text.length < length) text += letters[byte % letters.length];
    }
  return text.replace(/(.{5})(?=.)/g, '$1-');
}
