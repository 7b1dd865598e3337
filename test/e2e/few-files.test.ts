/** A machine that lets a process open few files: a person hears of it before a wide announcement does. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { KEY } from '../support/stand-ins.ts';

const FILES = 150;
const ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** The program in the same process, after the limit. */
const LIMITED = `process.execve('/bin/sh', ['sh', '-c', 'ulimit -n ${FILES}; exec "$0" "$@"', process.execPath, ...process.argv.slice(1)], process.env)`;

const config = (destinations: number) => `feeds:
  - { name: one, url: "ws://127.0.0.1:1", apiKey: ${KEY} }
destinations:
${Array.from({ length: destinations }, (_, n) => `  bot${n}: { type: webhook, url: "http://127.0.0.1:1/${n}", warm: false }`).join('\n')}
rules:
  - { name: all, match: {}, send: [${Array.from({ length: destinations }, (_, n) => `bot${n}`)}] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;

test('too few files for all destinations at once: a warning at the start, and after a reload that adds some', async () => {
  using workplace = new Workplace(config(30));
  await using bridge = workplace.start(['run'], {}, ['-e', LIMITED, ENTRY]);
  expect(await bridge.event('config.warning')).toMatchObject({
    level: 'warn',
    message: expect.stringMatching(/^30 destinations may need 160 open files .* may have 150 here/),
    hint: expect.stringContaining('LimitNOFILE='),
  });
  await bridge.event('bridge.started');
  workplace.write('config.yaml', config(40));
  bridge.kill('SIGHUP');
  await bridge.log.waitFor(
    ({ msg, message }) => msg === 'config.warning' && /^40 destinations may need 180/.test(String(message)),
  );
});

test('with files enough there is no such warning; one says that --alone means nothing without a cluster', async () => {
  using workplace = new Workplace(config(25));
  await using bridge = workplace.start(['run', '--alone'], {}, ['-e', LIMITED, ENTRY]);
  const isOfAlone: Parameters<typeof bridge.log.waitFor>[0] = ({ message }) =>
    String(message).startsWith('--alone');
  await bridge.log.waitFor(isOfAlone);
  expect(bridge.log.all.filter(isOfAlone)).toEqual([
    expect.objectContaining({
      ...{ level: 'warn', msg: 'config.warning', at: 'config.yaml' },
      message: '--alone has no effect: this config has no `cluster`, so the bridge is alone anyway',
      hint: expect.stringContaining('leave --alone out'),
    }),
  ]);
  await bridge.event('bridge.started');
  expect(bridge.log.all.filter(({ message }) => /open files/.test(String(message)))).toEqual([]);
});
