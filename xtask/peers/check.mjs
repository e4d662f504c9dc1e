// What Style Dictionary and Terrazzo make of the files that DSS wrote: node check.mjs sources.json
// Prints a JSON document with what each of them counted, and everything that they complain of.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as momoa from '@humanwhocodes/momoa';
import StyleDictionary from 'style-dictionary';
import { defineConfig, parse } from '@terrazzo/parser';

/** Everything that is logged while `work` runs, and what it returns; a program may log what it should throw. */
async function listening(work) {
  const heard = [];
  const kept = {};
  for (const name of ['log', 'info', 'warn', 'error']) {
    kept[name] = console[name];
    console[name] = (...words) => heard.push(words.join(' '));
  }
  try {
    return { result: await work(), heard };
  } catch (error) {
    return { error, heard };
  } finally {
    Object.assign(console, kept);
  }
}

const plain = (text) => String(text).replace(/\u001b\[[0-9;]*m/g, '');
const first = (text) => plain(text).trim().split('\n').slice(0, 3).join(' ');

/** The paths of a document's tokens. */
async function pathsOf(folder, file) {
  const paths = [];
  const walk = (object, at) => {
    for (const [name, value] of Object.entries(object)) {
      if (typeof value !== 'object' || value === null || (name.startsWith('$') && name !== '$root')) continue;
      const path = [...at, name];
      if ('$value' in value || '$ref' in value) paths.push(path.join('.'));
      walk(value, path);
    }
  };
  walk(JSON.parse(await readFile(path.join(folder, file), 'utf8')), []);
  return paths;
}

/** Whether a token of one document stands where the other has a group: then programs that join both lose one of them. */
const clash = (ones, others) => {
  const inside = (paths) => new Set(paths.flatMap((path) => {
    const names = path.split('.');
    return names.slice(1).map((_, at) => names.slice(0, at + 1).join('.'));
  }));
  const [aroundOnes, aroundOthers] = [inside(ones), inside(others)];
  return ones.some((path) => aroundOthers.has(path)) || others.some((path) => aroundOnes.has(path));
};

/**
 * The documents of a source in groups in which no two say anything about one path, so that each token has a place, and
 * beside each group those of the others that references may lead to.
 */
async function groups(folder, files) {
  const paths = Object.fromEntries(await Promise.all(files.map(async (file) => [file, await pathsOf(folder, file)])));
  const found = [];
  for (const file of files) {
    const fits = (group) => !clash(paths[file], group.paths) && !paths[file].some((path) => group.taken.has(path));
    let group = found.find(fits);
    if (!group) found.push((group = { files: [], paths: [], taken: new Set() }));
    group.files.push(file);
    group.paths.push(...paths[file]);
    paths[file].forEach((path) => group.taken.add(path));
  }
  return found.map((group) => {
    const others = [];
    const beside = [...group.paths];
    for (const file of files.filter((file) => !group.files.includes(file))) {
      if (clash(paths[file], beside)) continue;
      others.push(file);
      beside.push(...paths[file]);
    }
    return { files: group.files, others };
  });
}

/** Builds CSS of some files of a source, with its other files beside it for references to lead to. */
async function styleDictionary(folder, files, others) {
  const build = path.join(folder, '..', 'build');
  const { result, error, heard } = await listening(async () => {
    const dictionary = new StyleDictionary({
      source: files.map((file) => path.join(folder, file)),
      include: others.map((other) => path.join(folder, other)),
      platforms: {
        css: {
          transformGroup: 'css',
          buildPath: `${build}/`,
          files: [{ destination: 'tokens.css', format: 'css/variables', filter: (token) => token.isSource }],
        },
      },
      log: { verbosity: 'verbose', warnings: 'warn', errors: { brokenReferences: 'console' } },
    });
    await dictionary.hasInitialized;
    const { allTokens } = await dictionary.getPlatformTokens('css');
    await dictionary.buildAllPlatforms();
    const css = await readFile(path.join(build, 'tokens.css'), 'utf8').catch(() => '');
    return {
      tokens: allTokens.filter((token) => token.isSource).length,
      lines: css.split('\n').filter((line) => /^\s*--/.test(line)).length,
    };
  });
  await rm(build, { recursive: true, force: true });
  // One that is broken is told as "{a.b} tries to reference {c.d}, which is not defined.", or, for several, line by line.
  const complaints = [];
  let token = '';
  for (const line of heard.map(plain).flatMap((text) => text.split('\n'))) {
    if (!line.includes('tries to reference')) continue;
    token = line.match(/^\s*\{?"?(\S.*?)"?\}? tries to reference/)?.[1] ?? token;
    complaints.push({ token, message: line.trim() });
  }
  if (error) complaints.push({ token: '', message: first(error.stack ?? error) });
  return { files, ...(result ?? { tokens: 0, lines: 0 }), complaints };
}

/** The paths of a document's tokens, with the lines where each starts and ends. */
function places(source) {
  const found = [];
  const walk = (object, names) => {
    const members = Object.fromEntries(object.members.map((member) => [member.name.value, member.value]));
    if (members.$value) found.push({ token: names.join('.'), from: object.loc.start.line, to: object.loc.end.line });
    for (const [name, value] of Object.entries(members)) {
      if (value.type === 'Object' && (name === '$root' || !name.startsWith('$'))) walk(value, [...names, name]);
    }
  };
  walk(momoa.parse(source).body, []);
  return found;
}

/** Parses some files of a source on top of its others, and lints it with the rules that ask for valid values. */
async function terrazzo(folder, files, others) {
  const here = new Set(files.map((file) => pathToFileURL(path.join(folder, file)).href));
  const inputs = await Promise.all([...others, ...files].map(async (name) => {
    const place = path.join(folder, name);
    return { filename: pathToFileURL(place), src: await readFile(place, 'utf8') };
  }));
  const same = (text) => JSON.stringify(JSON.parse(text));
  const own = new Set(inputs.slice(others.length).map(({ src }) => same(src)));
  const complaints = [];
  const error = (...entries) => {
    for (const { message, label, node, src } of entries) {
      // What is wrong with other files is told when it is their turn; and that there are errors is no news.
      if ((typeof src === 'string' && node && !own.has(same(src))) || /^\d+ errors?$/.test(plain(message))) continue;
      const line = node?.loc?.start?.line;
      const around = line ? places(src).filter(({ from, to }) => from <= line && line <= to) : [];
      complaints.push({ token: around.at(-1)?.token ?? '', message: `${label ?? ''}: ${first(message)}` });
    }
  };
  const silent = { setLevel() {}, info() {}, warn() {}, debug() {} };
  const logger = { level: 'error', errorCount: 0, ...silent, error, stats: () => ({ errorCount: 0 }) };
  const parsed = await listening(async () => {
    const config = defineConfig({ plugins: [] }, { cwd: pathToFileURL(`${folder}/`), logger });
    return parse(inputs, { config, logger });
  });
  if (parsed.error) complaints.push({ token: '', message: first(parsed.error.stack ?? parsed.error) });
  const all = Object.values(parsed.result?.tokens ?? {});
  return { files, tokens: all.filter((token) => here.has(token.source?.filename)).length, complaints };
}

const sources = JSON.parse(await readFile(process.argv[2], 'utf8'));
const told = [];
for (const { name, folder, strict, conservative } of sources) {
  const source = { name, styleDictionary: [], terrazzo: [] };
  for (const [program, from, counts] of [
    [styleDictionary, 'conservative', conservative],
    [terrazzo, 'strict', strict],
  ]) {
    // A document without any token says nothing.
    const all = Object.keys(counts).filter((file) => counts[file] > 0);
    for (const { files, others } of await groups(path.join(folder, from), all)) {
      source[program.name].push(await program(path.join(folder, from), files, others));
    }
  }
  told.push(source);
}
console.log(JSON.stringify(told, null, 1));
