/** Names as people type them in an incident, and the things that they mean. */
import { expect, test } from 'vitest';
import { DestinationNames } from '../../src/config/destination-names.ts';
import { type Muted, mutedForm } from '../../src/mutes/mute.ts';
import { type KnownNames, mutedBy } from '../../src/mutes/named.ts';

const NAMES: KnownNames = {
  rules: ['korean spot', 'ABC', 'both', 'upbit: all', 'binance'],
  destinations: new DestinationNames({
    destinations: ['bot', 'alerts', 'both', 'sub-1', 'sub-2', 'VIP'],
    groups: new Map([['subscribers', ['sub-*']]]),
  }),
  isComplete: true,
};

const ticker = (name: string): Muted => ({ kind: 'ticker', name });
const rule = (name: string): Muted => ({ kind: 'rule', name });
const destination = (name: string): Muted => ({ kind: 'destination', name });

test.each<[string, readonly Muted[]]>([
  ['ticker:abc', [ticker('ABC')]],
  ['ticker:$ABC', [ticker('ABC')]],
  ['Ticker: ＡＢＣ', [ticker('ABC')]],
  ['ticker:1000SATS', [ticker('1000SATS')]],
  ['ticker:币安人生', [ticker('币安人生')]],
  ['rule:korean spot', [rule('korean spot')]],
  ['rule:Korean Spot', [rule('korean spot')]],
  ['rule:ABC', [rule('ABC')]],
  ['destination:bot', [destination('bot')]],
  ['destination:BOT', [destination('bot')]],
  ['destination:subscribers', [destination('sub-1'), destination('sub-2')]],
  ['destination:sub-*', [destination('sub-1'), destination('sub-2')]],
  ['*', ['bot', 'alerts', 'both', 'sub-1', 'sub-2', 'VIP'].map(destination)],
  // A bare name.
  ['XYZ', [ticker('XYZ')]],
  ['$XYZ', [ticker('XYZ')]],
  ['$xyz', [ticker('XYZ')]],
  ['币安人生', [ticker('币安人生')]],
  ['pepe', [ticker('PEPE')]],
  [' bot ', [destination('bot')]],
  ['binance', [rule('binance')]],
  ['korean spot', [rule('korean spot')]],
  ['Korean Spot', [rule('korean spot')]],
  ['upbit: all', [rule('upbit: all')]],
  ['subscribers', [destination('sub-1'), destination('sub-2')]],
])('%s', (written, muted) => {
  expect(mutedBy(written, NAMES)).toEqual(muted);
});

test.each([
  ['ABC', 'ambiguous', 'ABC can mean several things: write rule:ABC or ticker:ABC'],
  ['BOT', 'ambiguous', 'BOT can mean several things: write destination:bot or ticker:BOT'],
  ['VIP', 'ambiguous', 'VIP can mean several things: write destination:VIP or ticker:VIP'],
  ['both', 'ambiguous', 'both can mean several things: write rule:both or destination:both'],
  [
    'alrets',
    'unknown_name',
    'There is no rule or destination "alrets" in the config (did you mean `alerts`?); the ticker is ticker:ALRETS',
  ],
  [
    'korean sopt',
    'unknown_name',
    'There is no rule or destination "korean sopt" in the config (did you mean `korean spot`?)',
  ],
  ['sub-3', 'unknown_name', /; the ticker is ticker:SUB-3$/],
  ['korea', 'unknown_name', /; the ticker is ticker:KOREA$/],
  ['rule:binanse', 'unknown_name', 'There is no rule "binanse" in the config (did you mean `binance`?)'],
  ['rule:', 'unknown_name', /^There is no rule "" in the config \(there is: /],
  [
    'destination:alers',
    'unknown_name',
    'There is no destination "alers" in the config (did you mean `alerts`?)',
  ],
  ['destination:none-*', 'bad_name', '"none-*" cannot be muted: it stands for no destination'],
  ['ticker:ABC,DEF', 'bad_name', /one ticker, such as ticker:ABC/],
  ['ticker:ABC*', 'bad_name', /one ticker/],
  ['ticker:', 'bad_name', /one ticker/],
  ['coin:ABC', 'unknown_name', /^There is no rule or destination "coin:ABC" in the config/],
  ['ABC,DEF', 'unknown_name', /^There is no rule or destination/],
  ['1h', 'bad_name', '"1h" cannot be muted: it is a duration: write --for 1h; the ticker would be ticker:1H'],
  ['all', 'bad_name', '"all" cannot be muted: "*" is every destination; the ticker would be ticker:ALL'],
  ['', 'bad_name', /names nothing/],
  ['x'.repeat(300), 'bad_name', /names nothing/],
  ['a\u001b[2Jb c', 'unknown_name', /^There is no rule or destination "a\\u001b\[2Jb c"/],
])('%j: %s', (written, code, problem) => {
  const refusal = mutedBy(written, NAMES);
  expect(refusal).toMatchObject({
    code,
    problem: typeof problem === 'string' ? problem : expect.stringMatching(problem),
  });
});

test('names of a config that cannot be read whole are taken at their word where they are spelled out', () => {
  const broken = { ...NAMES, rules: [], isComplete: false };
  expect(mutedBy('rule:korean spot', broken)).toEqual([rule('korean spot')]);
  expect(mutedBy('destination:other', broken)).toEqual([destination('other')]);
  expect(mutedBy('korean spot', broken)).toMatchObject({ code: 'unknown_name' });
  expect(mutedBy('rule:', broken)).toMatchObject({ code: 'unknown_name' });
});

test('a form can be pasted into a shell', () => {
  expect([ticker('ABC'), rule('korean spot'), rule("it's")].map(mutedForm)).toEqual([
    'ticker:ABC',
    "'rule:korean spot'",
    "'rule:it'\\''s'",
  ]);
});
