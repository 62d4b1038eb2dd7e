const words = { en: 'Hello', de: 'Guten Tag', fr: 'Bonjour', es: 'Buenos días' };

module.exports = {
  main({ name, language = 'en' }) {
    const word = Object.hasOwn(words, language) ? words[language] : words.en;
    return { greeting: `${word} ${name}` };
  },
};
