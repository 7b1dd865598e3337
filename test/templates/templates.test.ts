/** Liquid, confined and checked: what a template may use, the message when it may not, and the output. */
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/templates/engine.ts';
import { compilePlain, compileText, compileValue } from '../../src/templates/template.ts';
import { latencyOf, scopeOf } from '../../src/templates/variables.ts';
import { announcementOf, inputOf, problemOf } from '../destinations/render-support.ts';

const marking = createEngine({ escape: (text) => `«${text}»`, escapeUrl: (url) => `url:${url}` });
const marked = (source: string, changes = {}) => compileText(marking, source)(scopeOf(inputOf(changes)));
const plain = (source: string, changes = {}, ticker?: string) =>
  compilePlain(source, ticker === undefined ? 'announcement' : 'ticker')(scopeOf(inputOf(changes, ticker)));

describe('variables', () => {
  test.each([
    ['{{ publisher }} {{ listingType }}', 'upbit spot_listing'],
    ['{{ tickers }}', 'ABC, DEF'],
    [
      "{{ tickers | join: '+' }} {{ tickers[1] }} {{ tickers.first }} {{ tickers.size }}",
      'ABC+DEF DEF ABC 2',
    ],
    ['{% for t in tickers %}{{ forloop.index }}{{ t }}{% endfor %}', '1ABC2DEF'],
    ['{{ rule }}/{{ feed }}/{{ abnormal }}/{{ test }}', 'korean spot listings/tokyo/false/false'],
    [
      '{{ latency.detection }} {{ latency.service }} {{ latency.network }} {{ latency.total }}',
      '120 12 48.5 180.5',
    ],
    ['{{ url }}', 'https://upbit.com/service_center/notice'],
    ['{{ detectedTimestampUs | divided_by: 1000000 | floor }}', '1767225600'],
    ['{% assign base = tickers | join: ", " | downcase %}{{ base }}', 'abc, def'],
    ['{% if url contains "upbit" %}yes{% endif %}', 'yes'],
  ])('%s', (source, expected) => {
    expect(plain(source)).toBe(expected);
  });

  test('ticker is the one of forEach', () => {
    expect(plain('{{ ticker }} of {{ tickers }}', {}, 'DEF')).toBe('DEF of ABC, DEF');
  });

  test('extra is whatever the feed brought', () => {
    expect(
      plain('{{ extra.a.b }} {{ extra.list }} {{ extra.a }}', { extra: { a: { b: 1 }, list: [1, 2] } }),
    ).toBe('1 1, 2 {"b":1}');
  });

  test('what is missing is empty, whatever is done to it', () => {
    const missing = {
      publishTimestampUs: undefined,
      detectedTimestampUs: undefined,
      dispatchTimestampUs: undefined,
    };
    const source =
      '[{{ publishTimestampUs }}{{ latency.service | round: 1 | append: "" }}{{ extra.x.y | upcase }}{{ url }}]';
    expect(plain(source, { ...missing, publisher: 'elsewhere' })).toBe('[0]');
    expect(
      plain('[{{ latency.total }}{{ url }}{{ tickers }}]', { ...missing, publisher: 'x', tickers: [] }),
    ).toBe('[]');
  });

  test('latency is null where a stamp is missing, and may be negative', () => {
    expect(
      latencyOf(
        announcementOf({ publishTimestampUs: undefined, dispatchTimestampUs: 1_767_225_600_181_500 }),
      ),
    ).toEqual({
      detection: null,
      service: 61.5,
      network: -1,
      stalled: 0,
      total: 60.5,
    });
  });

  test('fields of a prototype do not exist', () => {
    expect(plain('[{{ extra.constructor }}{{ extra.toString }}{{ extra.__proto__ }}]')).toBe('[]');
  });
});

describe('escaping cannot be avoided', () => {
  test.each([
    ['{{ title }}', '«T»'],
    ['{{ tickers }}', '«ABC, DEF»'],
    ['{{ latency.service }}', '«12»'],
    ['{{ test }}', '«false»'],
    ['{{ "literal" }}', '«literal»'],
    ['{% echo title %}', '«T»'],
    ['{% liquid\n echo title\n%}', '«T»'],
    ['{{ title | upcase | append: "x" }}', '«Tx»'],
    ['{% for t in tickers %}{{ t }}{% endfor %}', '«ABC»«DEF»'],
    ['{% assign x = title %}{{ x }}', '«T»'],
    ['{{ url }}', 'url:https://upbit.com/service_center/notice'],
    ['{{ url | append: "" }}', 'url:https://upbit.com/service_center/notice'],
    ['{{ url | append: "x" }}', '«https://upbit.com/service_center/noticex»'],
  ])('%s', (source, expected) => {
    expect(marked(source, { title: 'T' })).toBe(expected);
  });

  test('captured text is escaped once, where it is shown', () => {
    expect(marked('{% capture x %}a {{ title }}{% endcapture %}[{{ x }}] {{ title }}', { title: 'T' })).toBe(
      '[«a T»] «T»',
    );
  });
});

describe('problems', () => {
  test.each([
    ['{{ titel }}', 'line 1, column 4: unknown variable "titel" (did you mean "title"?)'],
    [
      'a\n  {{ listing_type }}',
      'line 2, column 6: unknown variable "listing_type" (did you mean "listingType"?)',
    ],
    ['{{ symbol }}', 'unknown variable "symbol" (did you mean "tickers"?)'],
    ['{% if tikcer == "A" %}{% endif %}', 'unknown variable "tikcer" (did you mean "tickers"?)'],
    [
      '{{ title | append: nonsense }}',
      'unknown variable "nonsense"; fields that this version does not know are under "extra."',
    ],
    ['{{ tickers[i] }}', 'unknown variable "i"'],
    [
      '{{ latency.netwrok }}',
      'unknown variable "latency.netwrok" (did you mean "network"?); there is detection',
    ],
    ['{{ title.foo }}', '"title" has no "foo"'],
    ['{{ tickers.foo }}', '"tickers" has no "foo"'],
    ['{{ x }}{% assign x = 1 %}', 'unknown variable "x"'],
    ['{{ title | uppcase }}', 'line 1, column 1: unknown filter "uppcase" (did you mean "upcase"?)'],
    [
      'a\n{{ title | raw }}',
      'line 2, column 1: the filter "raw" is not available: values are always escaped',
    ],
    ['{{ tickers | shuffle }}', 'the filter "shuffle" is not available'],
    ['{% include "a" %}', 'the tag "include" is not available: a template cannot read files'],
    ['{% render "a" %}', 'a template cannot read files'],
    ['{% layout "a" %}', 'a template cannot read files'],
    ['{% cycle title %}', 'the tag "cycle" is not available'],
    ['{% iff title %}{% endif %}', 'unknown tag "iff" (did you mean "if"?)'],
    ['{{ title', 'not closed'],
    ['{% if title %}', 'not closed'],
    ['{% for i in (1..100000000) %}x{% endfor %}', 'does too much work'],
    ['x'.repeat(20_001), 'is too long: 20001 characters, at most 20000'],
  ])('%s', (source, message) => {
    expect(problemOf(() => compilePlain(source)).message).toContain(message);
    if (source.includes('{')) expect(problemOf(() => compileValue(source)).message).toContain(message);
  });

  test('a filter that fails on missing fields is found at load', () => {
    expect(problemOf(() => compilePlain('a {{ title | base64_decode }}')).message).toMatch(
      /^line 1, column 3: /,
    );
  });

  test.each([
    '{{ extra.anything.at[0].all }}',
    '{{ title.size }}',
    '{% comment %}{{ nonsense }}{% endcomment %}',
    '{% raw %}{{ nonsense }}{% endraw %}',
  ])('%s is fine', (source) => {
    expect(compilePlain(source)).toBeTypeOf('function');
  });
});

describe('values of a tree', () => {
  test.each([
    ['{{ tickers }}', ['ABC', 'DEF']],
    ['{{ latency.service }}', 12],
    ['{{ test }}', false],
    ['{{ publishTimestampUs }}', null],
    ['{{ extra }}', { a: 1 }],
    ['{{ title | size }}', 1],
    [' {{ latency.service }}', ' 12'],
    ['{{ latency.service }}{{ latency.service }}', '1212'],
    ['{% if test %}{{ latency.service }}{% endif %}', ''],
    ['no liquid', 'no liquid'],
  ])('%s', (source, expected) => {
    const scope = scopeOf(inputOf({ title: 'T', publishTimestampUs: undefined, extra: { a: 1 } }));
    expect(compileValue(source)(scope)).toEqual(expected);
  });
});

describe('the market of a title', () => {
  const OWN = '셀레스티아(TIA)(KRW, BTC 마켓), 아이오넷(IO)(USDT 마켓) 신규 거래지원 안내';
  const shown = (source: string, title: string, ticker?: string) =>
    compilePlain(
      source,
      ticker === undefined ? 'announcement' : 'ticker',
    )(scopeOf(inputOf({ title, tickers: ['TIA', 'IO'] }, ticker)));

  test.each([
    ['{{ market }}', 'KRW'],
    ['{{ markets }}', 'KRW, BTC, USDT'],
    ['{{ markets | join: "/" }}', 'KRW/BTC/USDT'],
    ['{{ markets.first }}{{ markets.size }}', 'KRW3'],
    ['{% for one in markets %}[{{ one }}]{% endfor %}', '[KRW][BTC][USDT]'],
    ['{% if markets contains "USDT" %}yes{% endif %}', 'yes'],
  ])('%s', (source, expected) => {
    expect(shown(source, OWN)).toBe(expected);
    expect(shown(source, 'Binance Will List Lido DAO (LDO)').replace('0', '')).toBe('');
  });

  test('under forEach it is that of the ticker', () => {
    expect(shown('{{ ticker }}: {{ markets }}', OWN, 'IO')).toBe('IO: USDT');
    expect(shown('{{ ticker }}: {{ market }}', OWN, 'TIA')).toBe('TIA: KRW');
  });

  test('nothing is null in a tree', () => {
    const scope = scopeOf(inputOf({ title: 'T' }));
    expect(compileValue('{{ market }}')(scope)).toBeNull();
    expect(compileValue('{{ markets }}')(scope)).toEqual([]);
  });

  test('a slip of the pen is an error', () => {
    expect(() => compilePlain('{{ marked }}')).toThrow('unknown variable "marked" (did you mean "market"?)');
  });
});
