/**
 * Breaks the code in one place at a time and asks whether a test notices: `npm run test:mutation`.
 *
 * `-- --only WORDS`  only mutations whose name or file has these words (may be repeated)
 * `-- --quick`       does not first see whether the tests pass on the sound code
 * `-- --all`         asks the whole suite about what the related tests let pass
 * `-- --list`        only says what would be tried
 *
 * Ends with 1 if one survives, or could not be tried.
 */
import { parseArgs } from 'node:util';
import { mutations } from './mutations.ts';
import { Scratch, type Verdict } from './scratch.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const say = (line: string) => void process.stdout.write(`${line}\n`);

const chosen = mutations.filter(
  ({ name, file }) =>
    values.only.length === 0 || values.only.some((words) => `${file} ${name}`.includes(words)),
);

async function main(): Promise<number> {
  if (values.list) {
    for (const { name, file } of chosen) say(`${file}: ${name}`);
    return 0;
  }
  using scratch = new Scratch();
  process.once('SIGINT', () => {
    scratch[Symbol.dispose]();
    process.exit(130);
  });
  if (!values.quick) {
    const tests = [...new Set(chosen.flatMap((mutation) => mutation.tests))];
    const verdict = await scratch.run(tests);
    if (verdict.kind !== 'survived') {
      say(`the tests fail on the sound code already: ${JSON.stringify(verdict)}`);
      return 1;
    }
  }
  const counts = { caught: 0, survived: 0, broken: 0 };
  for (const mutation of chosen) {
    const started = performance.now();
    let verdict: Verdict = await scratch.try(mutation);
    if (verdict.kind === 'survived' && values.all) verdict = await scratch.try(mutation, []);
    counts[verdict.kind]++;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    say(`${verdict.kind.padEnd(8)} ${seconds.padStart(3)} s  ${mutation.name}`);
    if (verdict.kind === 'caught') say(`${' '.repeat(16)}by ${verdict.by}`);
    else
      say(`${' '.repeat(16)}${mutation.file}: ${verdict.kind === 'broken' ? verdict.why : mutation.breaks}`);
  }
  say(
    `${counts.caught} of ${chosen.length} caught, ${counts.survived} survived, ${counts.broken} could not be tried`,
  );
  return counts.caught === chosen.length ? 0 : 1;
}

process.exitCode = await main();
