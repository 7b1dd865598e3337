/** `--help`: every example can be typed, every option is described, every page that it names is there. */
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { COMMAND_HELP } from '../../src/cli/help.ts';
import { processIo } from '../../src/cli/io.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { anchorsOf } from '../docs/anchors.ts';
import { read, root } from '../docs/comments.ts';
import { runCommandLine } from '../support/command.ts';

const program = () =>
  buildProgram(
    processIo(new AbortController().signal, () => undefined),
    '',
    () => undefined,
  );

const pathsOf = (command: Command, path = ''): string[] => [
  path,
  ...command.commands.flatMap((inner) => pathsOf(inner, `${path} ${inner.name()}`.trim())),
];
const paths = pathsOf(program());
const words = (path: string) => path.split(' ').filter(Boolean);

test('there is help for every command, and for no other', () => {
  expect(Object.keys(COMMAND_HELP).toSorted()).toEqual(paths.toSorted());
});

test('every option and every argument is described', () => {
  const undescribed = (command: Command): string[] => [
    ...[...command.options, ...command.registeredArguments]
      .filter(({ description }) => description === '')
      .map((one) => `${command.name()} ${one.name()}`),
    ...command.commands.flatMap(undescribed),
  ];
  expect(undescribed(program())).toEqual([]);
});

/** As a shell splits it; quotes only around whole arguments. */
const typed = (line: string) =>
  [...line.replace(/ > .*/, '').matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);

const examples = paths.flatMap((path) =>
  (COMMAND_HELP[path]?.examples ?? []).map(([args]) => [path, args] as const),
);

test.each(examples)('`%s`: the example `%s` is a command line of it', async (path, args) => {
  const seen: string[] = [];
  const observe = (command: Command, name: string) => {
    command.exitOverride().action(() => void seen.push(name));
    for (const inner of command.commands) observe(inner, `${name} ${inner.name()}`.trim());
  };
  const all = program();
  observe(all, '');
  await all.parseAsync(typed(args), { from: 'user' });
  expect(seen).toEqual([path === '' ? typed(args)[0] : path]);
});

test.each(paths)('the help of `%s` has everything', async (path) => {
  const { out } = await runCommandLine([...words(path), '--help']);
  const [command] = out.split('\nFaults');
  expect(command).toMatch(/^Examples:\n {2}\S/m);
  expect(command).toMatch(/^Exit codes:\n {2}0 {2}fine\n {2}1 {2}\S.*\n {2}2 {2}wrong usage$/m);
  expect(
    command
      ?.split(`\n  in ${root}`)[0]
      ?.split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([]);
  expect(out).toContain(`\n  in ${root}`);
  const pages = [...out.matchAll(/docs\/[\w.-]+\.md(?:#[\w-]+)?/g)].map(([page]) => page);
  expect(pages[0]).toMatch(/^docs\/commands\.md/);
  for (const page of pages) {
    const [file = '', anchor] = page.split('#');
    if (anchor !== undefined) expect(anchorsOf(read(file))).toContain(anchor);
    else expect(read(file).length).toBeGreaterThan(0);
  }
});

test('in a checkout the examples are as they are typed there', async () => {
  const { out } = await runCommandLine(['check', '--help'], { env: { npm_lifecycle_event: 'bridge' } });
  expect(out).toContain('  npm run bridge -- check --strict');
});
