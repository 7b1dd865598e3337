import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';

test.each([
  ['thrown', 'throw error'],
  ['in a promise', 'Promise.reject(error)'],
])(
  'regression: an error that nobody has foreseen, %s, shows where it was and no secret',
  async (_name, how) => {
    using workplace = new Workplace('');
    const bug = workplace.write(
      'bug.mjs',
      `import { isMainThread } from 'node:worker_threads';
const fail = () => {
  const error = Object.assign(new TypeError('no route for ' + 'dsk_' + 'a1b2c3d4'.repeat(8)), {
    input: 'https://me:' + 'hunter2hunter2@bot.example.com/',
  });
  ${how};
};
// As soon as somebody listens for it.
if (isMainThread) process.on('newListener', (name) => {
  if (name === 'uncaughtException') setTimeout(fail, 0);
});`,
    );
    await using program = workplace.start(['simulate', '--port', '0'], {
      NODE_OPTIONS: `--import=${pathToFileURL(bug)}`,
    });
    expect(await program.finished).toMatchObject({ code: 1 });
    expect(program.stderr).toContain('TypeError: no route for <redacted>\n    at Timeout.fail');
    expect(program.stderr).toMatch(/This is a bug: please report these lines\.\n$/);
    expect(program.stderr).not.toMatch(/a1b2c3d4a1|hunter2/);
  },
);
