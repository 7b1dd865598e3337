/**
 * `npm run bench`: measures every target of `docs/performance.md` against the bare script, side by side.
 *
 *   --short        a minute instead of ten: only to see that everything works
 *   --only NAME    one scenario (may be repeated): curve, silence, distance, steady, fanout, burst, rules, store, start,
 *                  width, listing, tail; and causes and rehearsal, which are not part of the whole run
 *   --peers        Alertmanager (Debian's, when it is installed) and Node-RED (npm installs it) beside the bridge,
 *                  instead of the whole run: peers-cold and peers-steady
 *   --json         results as JSON on standard output, instead of the table
 *   --save         keeps what was measured in bench/results/, by kind of machine, and draws from it the tables of
 *                  docs/performance.md and the chart; scenarios that were not measured stay as they were
 *   --assert       exit code 1 when a target is missed (otherwise 0: a bench is not a test)
 */
import { parseArgs } from 'node:util';
import { commit, load, machine } from './machine.ts';
import { Meter } from './meter/meter.ts';
import { isMet, type Part, type Results, rowsOf } from './results.ts';
import { save } from './save.ts';
import { burst } from './scenarios/burst.ts';
import { causes } from './scenarios/causes.ts';
import { curve } from './scenarios/curve.ts';
import { distance } from './scenarios/distance.ts';
import { fanout } from './scenarios/fanout.ts';
import { listing } from './scenarios/listing.ts';
import { peersCold, peersSteady } from './scenarios/peers.ts';
import { rehearsal } from './scenarios/rehearsal.ts';
import { rules } from './scenarios/rules.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { silence } from './scenarios/silence.ts';
import { start } from './scenarios/start.ts';
import { steady } from './scenarios/steady.ts';
import { store } from './scenarios/store.ts';
import { tail } from './scenarios/tail.ts';
import { width } from './scenarios/width.ts';
import { terminalTable } from './table.ts';

const { values: options } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    assert: { type: 'boolean', default: false },
  },
});

if (options.save && options.short)
  throw new Error('--short measures too little to be kept: leave --save out');

const place = machine();
const parts: Part[] = [];
const beginMs = performance.now();

async function run(meter: Meter, scenario: Scenario): Promise<void> {
  process.stderr.write(`${Math.round((performance.now() - beginMs) / 1000)} s: ${scenario.name}\n`);
  const before = load();
  const findings = await scenario.run(meter, options.short);
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

const peers = [peersCold, peersSteady];
/** Only when they are asked for. */
const asides: readonly Scenario[] = [causes, rehearsal, ...peers];
const wanted = (scenario: Scenario) => {
  if (options.only.includes(scenario.name) || (options.peers && peers.includes(scenario))) return true;
  return options.only.length === 0 && !options.peers && !asides.includes(scenario);
};
{
  await using meter = await Meter.open();
  // Five minutes of silence are long enough to measure something else meanwhile that needs little of the machine.
  const meanwhile = [silence, distance].filter(wanted);
  const cold = curve(async () => {
    for (const scenario of meanwhile) await run(meter, scenario);
  });
  const known = [
    cold,
    silence,
    distance,
    steady,
    fanout,
    burst,
    rules,
    store,
    start,
    width,
    listing,
    tail,
    ...asides,
  ];
  const unknown = options.only.filter((name) => !known.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`--only knows ${known.map(({ name }) => name).join(', ')}`);
  const plan = known.filter(
    (scenario) => wanted(scenario) && !(wanted(cold) && meanwhile.includes(scenario)),
  );
  for (const scenario of plan) await run(meter, scenario);
}

const results: Results = { machine: place, parts };
const text = options.json ? JSON.stringify(results, null, 2) : terminalTable(results);
process.stdout.write(`${text}\n`);
process.exitCode = options.assert && !rowsOf(results).every(isMet) ? 1 : 0;
