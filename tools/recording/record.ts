/** Makes `docs/demo.svg` from a real run of the demo: `npm run demo:record`. Options: `--for`, `--rate`, `--out`. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { recordingSvg } from './svg.ts';
import { recordTerminal } from './terminal.ts';

/** Of the terminal: as wide as a README on GitHub, at the size of its text. */
const COLUMNS = 100;
const ROWS = 26;

const { values } = parseArgs({
  options: {
    for: { type: 'string', default: '20s' },
    rate: { type: 'string', default: '30' },
    out: { type: 'string', default: 'docs/demo.svg' },
  },
});
const printed = await recordTerminal(`npm run -s demo -- --for ${values.for} --rate ${values.rate}`, COLUMNS);
const prompt = { atMs: 0, text: '\u001B[2m$\u001B[22m \u001B[1mnpm run demo\u001B[22m' };
const label =
  'Recording of npm run demo: announcements of a simulated feed reach Discord, Telegram and a bot, with the milliseconds of each step';
writeFileSync(values.out, recordingSvg([prompt, ...printed], { rows: ROWS, label }));
process.stdout.write(`wrote ${values.out}: ${printed.length} lines\n`);
