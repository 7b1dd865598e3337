/** A config that is loaded on a thread is the one that would be loaded here; while it is, others have the loop. */
import { writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { LoadThread } from '../../src/config/load-thread.ts';
import { readNext } from '../../src/daemon/next-config.ts';
import { makeReady } from '../../src/daemon/ready-config.ts';
import { loadingOn } from '../../src/daemon/thread-loading.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { fingerprint } from '../../src/platform/secret.ts';
import { TablesAhead } from '../../src/tables/ahead.ts';
import type { LiveTable } from '../../src/tables/live-table.ts';
import { TableThread } from '../../src/tables/thread.ts';
import { Folder } from '../support/outbox.ts';

const thread = new LoadThread(systemClock);
const tableThread = new TableThread(systemClock);
afterAll(() => Promise.all([thread.close(), tableThread.close()]));

const KEY = `dsk_${'a1'.repeat(32)}`;
const NEVER = new AbortController().signal;

const textOf = (rules: number, more = '') => `feeds: [{ url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }]
destinations: { bot: { type: webhook, url: "http://127.0.0.1:1/\${KEY}" } }
rules:
${Array.from({ length: rules }, (_, at) => `  - { name: r${at}, match: { ticker: T${at} }, send: bot }\n`).join('')}${more}`;

class Bench extends Folder {
  readonly warned: unknown[] = [];
  /** Of the loop, while it was read. */
  turns = 0;

  write(name: string, text: string): this {
    writeFileSync(this.file(name), text);
    return this;
  }

  here() {
    const { config, ...loaded } = loadConfig({ file: this.file('config.yaml'), env: { KEY } });
    return { ...loaded, config };
  }

  async over(given: { readonly inForce?: ReadonlyMap<string, LiveTable>; readonly stop?: AbortSignal } = {}) {
    const { inForce = new Map<string, LiveTable>(), stop = NEVER } = given;
    let nowMs = 0;
    const clock = { ...systemClock, monotonicMs: () => (nowMs += 0.1) };
    const load = loadingOn({
      ...{ thread, clock, file: this.file('config.yaml'), env: { KEY } },
      warn: (_, { some }) => this.warned.push(...some),
    });
    const ahead = new TablesAhead(inForce.values(), new Map(), tableThread);
    let isOver = false;
    const read = readNext({
      ...{ load, ahead, clock, stop, inForce: this.first },
      tried: () => {
        this.turns = 0;
      },
    }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      this.turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await read;
  }

  get first() {
    using other = new Bench().write('config.yaml', textOf(1));
    const { config } = other.here();
    if (config === undefined) throw new Error('it is sound');
    return config;
  }
}

const ready = (next: Awaited<ReturnType<Bench['over']>>) => {
  if (next === undefined || 'problems' in next) throw new Error(JSON.stringify(next));
  return next.ready;
};

test('the same config, redactor, files, digest, warnings and rules for the store', async () => {
  using bench = new Bench().write('config.yaml', textOf(3, 'tables: { t: [ABC] }\nlog: { level: debug }\n'));
  const { config, ...here } = bench.here();
  const over = ready(await bench.over());
  for (const key of Object.keys(config ?? {}) as (keyof NonNullable<typeof config>)[])
    if (!['types', 'liveTables', 'tableOf'].includes(key))
      expect(fingerprint(over.config[key])).toBe(fingerprint(config?.[key]));
  expect(over.config.types).toBe(config?.types);
  expect(over).toMatchObject({ digest: here.digest, files: here.files, patterns: here.patterns });
  expect(over.redact(`x ${KEY}`)).toBe(here.redact(`x ${KEY}`));
  expect(over.redact(`x ${KEY}`)).not.toContain(KEY);
  expect(bench.warned).toEqual(here.warnings);
  expect(bench.warned.length).toBeGreaterThan(0);
  const kept = config && makeReady({ ...here, config }).kept;
  expect({ ...over.kept, body: Buffer.from(over.kept.body) }).toEqual(kept);
});

test('tables: rows in force are the very same, others are read, those of the config itself come over', async () => {
  const tables = 'tables: { own: [ABC], old: { file: old.csv }, fresh: { file: fresh.csv } }\n';
  const rule = '  - { match: { ticker: { in: [own, old, fresh] } }, send: bot }\n';
  using bench = new Bench().write('config.yaml', textOf(1, rule + tables));
  bench.write('old.csv', 'ticker\nOLD\n').write('fresh.csv', 'ticker\nX\n');
  const inForce = bench.here().config?.liveTables ?? new Map<string, LiveTable>();
  bench.write('fresh.csv', 'ticker\nY\n');
  const { config, files } = ready(await bench.over({ inForce }));
  expect(config.liveTables.get('old')?.rows?.packed).toBe(inForce.get('old')?.rows?.packed);
  expect([...(config.liveTables.get('fresh')?.keys() ?? [])]).toEqual(['y']);
  expect(config.tableOf('own')?.has('abc')).toBe(true);
  expect(files).toEqual(bench.here().files);
});

test('what is wrong is the same as here; of hundreds the first, and how many more there are', async () => {
  using bench = new Bench().write('config.yaml', textOf(2).replace('send: bot', 'send: bto'));
  const [problem] = bench.here().problems;
  const next = await bench.over();
  expect(next).toMatchObject({ problems: [expect.stringContaining(`: ${problem?.message}`)] });
  bench.write('config.yaml', textOf(1500).replaceAll('send: bot', 'send: bto'));
  const many = await bench.over();
  const lines = many !== undefined && 'problems' in many ? many.problems : [];
  expect(lines).toHaveLength(101);
  expect(lines.at(-1)).toBe('… and 1,400 more');
});

test('a thousand rules are put together in many turns of the loop', async () => {
  using bench = new Bench().write('config.yaml', textOf(1000));
  expect(ready(await bench.over()).config.rules).toHaveLength(1000);
  // A rule is a step of a tenth of a millisecond on this clock, when compiled and when compared: a turn has twenty.
  expect(bench.turns).toBeGreaterThan(100);
});

test('a stop while it is loaded, and one while it is put together, give nothing', async () => {
  using bench = new Bench().write('config.yaml', textOf(1000));
  const atOnce = new AbortController();
  const loading = bench.over({ stop: atOnce.signal });
  atOnce.abort();
  expect(await loading).toBeUndefined();
});

test('a stop while the pieces are put together ends it there', async () => {
  using bench = new Bench().write('config.yaml', textOf(1000));
  const stop = new AbortController();
  const answer = await thread.load({ file: bench.file('config.yaml'), env: { KEY }, tables: undefined });
  let steps = 0;
  const load = loadingOn({
    thread: { load: () => Promise.resolve(answer) },
    // Each step is as long as a turn may be; in the tenth, the bridge stops.
    clock: {
      ...systemClock,
      monotonicMs: () => {
        steps++;
        if (steps === 10) stop.abort();
        return steps;
      },
    },
    ...{ file: bench.file('config.yaml'), env: { KEY }, warn: () => bench.warned.push('warned') },
  });
  expect(await load(undefined, stop.signal)).toMatchObject({ problems: ['it was stopped'] });
  expect(steps).toBeLessThan(15);
  expect(bench.warned).toEqual([]);
});

test('a second change during a load: each is answered with the file as it was read for it, in their order', async () => {
  using bench = new Bench().write('config.yaml', textOf(500));
  const digests: unknown[] = [];
  const loading = (count: number) =>
    thread.load({ file: bench.file('config.yaml'), env: { KEY }, tables: undefined }).then((answer) => {
      if (answer.kind === 'sound') digests.push([count, answer.digest]);
    });
  const first = loading(1);
  const before = bench.here().digest;
  await first;
  const second = loading(2);
  bench.write('config.yaml', textOf(501));
  const third = loading(3);
  await Promise.all([second, third]);
  const after = bench.here().digest;
  expect(after).not.toBe(before);
  expect(digests.map((one) => (one as [number, string])[0])).toEqual([1, 2, 3]);
  expect([digests[0], digests[2]]).toEqual([
    [1, before],
    [3, after],
  ]);
});
