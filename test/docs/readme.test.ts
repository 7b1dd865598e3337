/** The documents are tried as a reader would: configs load, commands exist, errors are what the program says. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { documents as paths, read } from './comments.ts';
import { env } from './environment.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = read('README.md');
const quickstart = read('docs/quickstart.md');
/** Decisions may speak of a command as it was. */
const documents = paths.filter((path) => !path.startsWith('docs/decisions/')).map(read);

const load = (text: string) =>
  loadConfig({
    file: 'config.yaml',
    env,
    readFile: (path) => {
      if (path.endsWith('config.yaml')) return text;
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    },
  });

const helpOf = (...command: readonly string[]) =>
  execFileSync(process.execPath, [join(root, 'src/main.ts'), ...command, '--help'], { encoding: 'utf8' });

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  );

const configs = documents
  .flatMap((text) => blocks(text, 'yaml'))
  .filter((code) => /^feeds:/m.test(code) && /^rules:/m.test(code));

test('there is a whole config in the README, and each that there is loads without a complaint', () => {
  expect(configs.length).toBeGreaterThan(0);
  expect(readme).toContain(configs[0]);
  for (const text of configs) {
    const { problems, warnings } = load(text);
    expect([...problems, ...warnings].map((problem) => formatProblem('config.yaml', problem))).toEqual([]);
  }
});

test('a broken copy of it gives the very errors that the quick start shows', () => {
  const broken = (configs[0] ?? '')
    .replace('maxAge: 5s ', 'maxAge: 5 ')
    .replace('listingType: spot_listing', 'listingType: spot_lisitng')
    .replace('[bot, team, channel]', '[bot, taem, channel]')
    .replace('{{ ticker }}USDT', '{{ tiker }}USDT');
  const { problems, warnings } = load(broken);
  expect(problems).toHaveLength(3);
  expect(warnings).toHaveLength(1);
  for (const problem of problems) expect(quickstart).toContain(formatProblem('config.yaml', problem));
  for (const warning of warnings)
    expect(quickstart).toContain(
      formatProblem('config.yaml', { ...warning, message: `warning: ${warning.message}` }),
    );
});

const commandsOf = (help: string) =>
  [...(/^Commands:\n([\s\S]*?)(?:\n\n|$(?![\s\S]))/m.exec(help)?.[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');

test('the table of commands has those of the program', () => {
  const listed = [...read('docs/commands.md').matchAll(/^\| \[`([a-z]+)`\]/gm)].map(([, name]) => name);
  expect(listed).toEqual(commandsOf(helpOf()));
});

test('every command and flag that the documents use exists', () => {
  const uses = documents.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:npm run (?:-s )?bridge -- |\blisting-bridge |`)((?:[a-z]+)(?: [a-z]+)?)((?: [^`\n#]*)?)/g,
      ),
    ].map(([whole, words = '', rest = '']) => ({
      isCommand: !whole.startsWith('`'),
      words: words.split(' '),
      rest,
    })),
  );
  const names = commandsOf(helpOf());
  const known = uses.filter(
    ({ isCommand, words }) => isCommand || (names.includes(words[0] ?? '') && words.length > 1),
  );
  const help = new Map<string, string>();
  const unknown: string[] = [];
  for (const { words, rest } of known.filter(
    ({ words: [name] }) => name !== undefined && names.includes(name),
  )) {
    const [name = '', second] = words;
    const isNested =
      ['deliveries', 'cluster'].includes(name) ||
      (name === 'mute' && ['list', 'lift'].includes(second ?? ''));
    const path = isNested && second !== undefined ? [name, second] : [name];
    const text = help.get(path.join(' ')) ?? helpOf(...path);
    help.set(path.join(' '), text);
    if (path.length > 1 && !text.startsWith(`Usage: listing-bridge ${path.join(' ')}`))
      unknown.push(path.join(' '));
    for (const [flag] of rest.matchAll(/(?<=\s)-{1,2}[a-z][a-z-]*/g))
      if (!text.includes(flag)) unknown.push(`${name} ${flag}`);
  }
  expect(help.size).toBeGreaterThan(5);
  expect(unknown).toEqual([]);
  const called = documents.flatMap((text) =>
    [...text.matchAll(/npm run (?:-s )?bridge -- ([a-z]+)/g)].map(([, name]) => name),
  );
  expect(called.filter((name) => name === undefined || !names.includes(name))).toEqual([]);
});

test('every npm script that the documents use exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const used = documents.flatMap((text) =>
    [...text.matchAll(/npm run (?:-s )?([a-z]+(?::[a-z]+(?:-[a-z]+)*)*)/g)].map(([, name]) => name),
  );
  expect(used.length).toBeGreaterThan(3);
  expect(used.filter((name) => name === undefined || !Object.hasOwn(scripts, name))).toEqual([]);
});
