// What Style Dictionary takes to read a token file: node parse.mjs FILE
import StyleDictionary from 'style-dictionary';

const dictionary = new StyleDictionary({
  source: [process.argv[2]],
  log: { verbosity: 'silent', warnings: 'disabled' },
});
await dictionary.hasInitialized;
console.log(dictionary.allTokens?.length ?? Object.keys(dictionary.tokens).length);
