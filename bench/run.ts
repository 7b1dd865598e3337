/**
 * `npm run bench`: measures the targets of `docs/performance.md` against the bare script, side by side.
 *
 *   --all          also the curve of longer and shorter silences (`curve`) and the guards (`rules`, `store`, `listing`)
 *   --peers        Alertmanager (Debian's, when it is installed) and Node-RED (npm installs it) beside the bridge,
 *                  and nothing else
 *   --short        seconds instead of minutes: only to see that everything works
 *   --only NAME    one scenario (may be repeated); a wrong name prints the right ones
 *   --part TEXT    of `million` and `million-wide` only the questions with this in them, such as /deliveries
 *   --json         results as JSON on standard output, instead of the table
 *   --save         keeps what was measured in bench/results/, by kind of machine, and draws from it the tables of
 *                  docs/performance.md and the chart; scenarios that were not measured stay as they were
 *   --assert       exit code 1 when a target is missed (otherwise 0: a bench is not a test)
 */
import { parseArgs } from 'node:util';
import { commit, load, machine } from './machine.ts';
import { Meter } from './meter/meter.ts';
import { planOf } from './plan.ts';
import { isMet, type Part, type Results, rowsOf } from './results.ts';
import { save } from './save.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { terminalTable } from './table.ts';

const { values: options } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    part: { type: 'string' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    assert: { type: 'boolean', default: false },
  },
});

if (options.save && (options.short || options.part !== undefined))
  throw new Error('--short and --part measure too little to be kept: leave --save out');

const place = machine();
const parts: Part[] = [];
const beginMs = performance.now();

async function run(meter: Meter, scenario: Scenario): Promise<void> {
  process.stderr.write(`${Math.round((performance.now() - beginMs) / 1000)} s: ${scenario.name}\n`);
  const before = load();
  const findings = await scenario.run(meter, options.short, options.part);
  const part = {
    scenario: scenario.name,
    at: new Date().toISOString(),
    commit: commit(),
    load: [before, load()] as const,
    ...findings,
  };
  parts.push(part);
  // At once: an hour's figures are not lost to the last scenario.
  if (options.save) save({ machine: place, parts: [part] });
}

{
  await using meter = await Meter.open();
  for (const scenario of planOf(options, (beside) => run(meter, beside))) await run(meter, scenario);
}

const results: Results = { machine: place, parts };
const text = options.json ? JSON.stringify(results, null, 2) : terminalTable(results);
process.stdout.write(`${text}\n`);
process.exitCode = options.assert && !rowsOf(results).every(isMet) ? 1 : 0;
