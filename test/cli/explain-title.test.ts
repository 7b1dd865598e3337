/** `explain` shows the parts of a title that rules and templates can ask for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../support/command.ts';

const CONFIG = `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
extract:
  opens: { matches: '거래 개시 ([0-9]+시)' }
destinations:
  dry: { type: webhook, url: "http://127.0.0.1:1/dry", dryRun: true, body: { title: "{{ title }} {{ extract.opens }}" } }
rules:
  - { name: all, match: { market: KRW, listingType: spot_listing, extract: { opens: "*" } }, send: [dry] }
`;

const explain = async (...args: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'explain-title-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
  const { out } = await runCommandLine(['explain', ...args, '-c', join(folder, 'config.yaml')], {
    env: { KEY: `dsk_${'0'.repeat(64)}` },
  });
  return out;
};

const LISTING = ['--publisher', 'bithumb', '--listing-type', 'spot_listing', '--ticker', 'ABC', '--title'];

test('a listing: its market and the parts that the config names', async () => {
  const title = '에이비씨(ABC) 원화 마켓 추가 (거래 개시 5시 30분)';
  const out = await explain(...LISTING, title);
  expect(out).toContain('              in it: market: KRW; extract.opens: 5시\n');
  expect(out).toContain('✓ all');
  const json = JSON.parse(await explain(...LISTING, title, '--json'));
  expect(json.inTitle).toEqual({ markets: ['KRW'], update: null, extract: { opens: '5시' } });
});

test('an edit: the words that make it one, and the rule that does not ask for it', async () => {
  const out = await explain(...LISTING, '[수정] 에이비씨(ABC) 원화 마켓 추가 (거래 개시 5시 30분)');
  expect(out).toContain('in it: market: KRW; update: yes, by [수정]; extract.opens: 5시\n');
  expect(out).toContain('✗ all');
  expect(out).toContain('edits and follow-ups match only rules with update: true or update: any');
  expect(out).toContain('by [수정] in the title');
});

test('nothing, where nothing is found', async () => {
  const title = 'Binance Will List Lido DAO (LDO)';
  const out = await explain('--title', title);
  expect(out).not.toContain('in it:');
  expect(out).toContain('no market in the title');
  const json = JSON.parse(await explain('--title', title, '--json'));
  expect(json.inTitle).toEqual({ markets: [], update: null, extract: { opens: null } });
});
