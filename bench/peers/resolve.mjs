// What Style Dictionary takes to read a token file and to resolve its references: node resolve.mjs FILE
import StyleDictionary from 'style-dictionary';

const dictionary = new StyleDictionary({
  source: [process.argv[2]],
  platforms: { plain: { transforms: [] } },
  log: { verbosity: 'silent', warnings: 'disabled' },
});
await dictionary.hasInitialized;
const tokens = await dictionary.getPlatformTokens('plain');
console.log(tokens.allTokens.length);
