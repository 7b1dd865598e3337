/** No title and no ticker changes more of a webhook's body than its own value, whatever syntax the body is written in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { type WebhookOptions, webhookOptions } from '../../src/destinations/webhook/options.ts';
import { compileWebhook } from '../../src/destinations/webhook/render.ts';
import { deliveriesOf } from '../support/outbox.ts';
import { announcementOf, hostileText, inputOf, problemOf } from './render-support.ts';

const webhook = (options: object): WebhookOptions =>
  webhookOptions.parse({ type: 'webhook', url: 'https://x.example', ...options });

const FORM = 'application/x-www-form-urlencoded';

/** Written to leave its place in one syntax or another. */
const attack = fc.oneof(
  hostileText,
  fc.constantFrom(
    '", "side": "sell", "x": "',
    '"}, "side": "sell", {"x": "\\',
    '&side=sell',
    'x&side=sell#',
    '%26side%3Dsell',
    'x\nside=sell',
    'x\r\nside: sell',
    'x\u2028side=sell\u0085side=sell\u000bside=sell',
    '</symbol><side>sell</side><symbol>',
    '"><side>sell</side>',
    "' side='sell",
    ']]><side>sell</side>',
    '<!-- ',
    '{{ side }}{% if true %}sell{% endif %}',
    ': sell',
    '- side: sell',
  ),
);

describe('regression: text with a structure that a value could change is refused, and told how to be written', () => {
  test.each<[string, object]>([
    ['JSON', { body: '{"symbol": "{{ ticker }}", "side":"buy"}' }],
    ['JSON in lines', { body: '{\n  "symbol": "{{ ticker }}",\n  "side": "buy"\n}\n' }],
    ['JSON behind Liquid', { body: '{% assign x = 1 %}{"symbol": "{{ ticker }}"}' }],
    ['JSON in a capture', { body: '{% capture x %}{"symbol":"{{ ticker }}"}{% endcapture %}{{ x }}' }],
    ['JSON made by filters', { body: `{{ '{"symbol":"' | append: ticker | append: '","side":"buy"}' }}` }],
    ['JSON with bare keys', { body: '{symbol: "{{ ticker }}", side: "buy"}' }],
    ['JSON in words', { body: 'signal {symbol:{{ ticker }},side:buy}' }],
    ['JSON whose value is escaped by hand', { body: '{"symbol": {{ ticker | json }}, "side":"buy"}' }],
    ['a list', { body: '["{{ ticker }}", "buy"]' }],
    ['a list of bare words', { body: '[{{ ticker }}, buy]' }],
    ['a title in JSON', { body: '{"text": "{{ title }}"}' }],
    ['any text called JSON', { body: '{{ title }}', contentType: 'application/json' }],
    [
      'any text called JSON by a header',
      { body: '{{ title }}', headers: { 'Content-Type': 'application/x+JSON' } },
    ],
    ['YAML', { body: 'symbol: {{ ticker }}\nside: buy\n' }],
    ['a list in YAML', { body: '- symbol: "{{ ticker }}"\n- side: buy\n' }],
    ['any text called YAML', { body: '{{ title }}', contentType: 'application/yaml' }],
    ['name=value', { body: 'symbol={{ ticker }}\nside=buy\n' }],
    ['name = "value"', { body: 'symbol = "{{ ticker }}"\nside = "buy"\n' }],
    ['name=value between blanks', { body: 'side=buy symbol={{ ticker }}' }],
    ['name:value', { body: 'side:buy symbol:{{ ticker }}' }],
    ['commas', { body: '{{ ticker }},buy,100' }],
    ['semicolons', { body: 'buy;{{ ticker }}' }],
    ['bars', { body: 'buy|{{ ticker }}|100' }],
    ['CSV', { body: '{{ ticker }} buy', contentType: 'text/csv' }],
    ['what nobody knows', { body: '{{ ticker }}', contentType: 'application/x-own' }],
    ['a form with a name that is a value', { body: '{{ title }}=1&side=buy', contentType: FORM }],
    ['a form that is one value', { body: '{{ extra.payload }}', contentType: FORM }],
    ['XML, in a tag', { body: '<order {{ title }}/>', contentType: 'application/xml' }],
    ['XML, in a name', { body: '<{{ publisher }}>1</{{ publisher }}>' }],
    ['XML, without quotes', { body: '<order symbol={{ ticker }} side="buy"/>' }],
    ['XML, in CDATA', { body: '<order><![CDATA[{{ title }}]]></order>' }],
    ['XML, in a comment', { body: '<order><!-- {{ title }} --></order>' }],
    ['a script', { body: '<script>buy({{ title }})</script>', contentType: 'text/html' }],
    ['JSON in a leaf of a tree', { body: { payload: '{"symbol": "{{ ticker }}", "side": "buy"}' } }],
    ['a form in a leaf of a tree', { body: { payload: 'symbol={{ ticker }}&side=buy' } }],
  ])('%s', (_name, options) => {
    const { body } = options as { body: string | object };
    const { reason } = problemOf(() => compileWebhook(webhook({ ...options, forEach: 'ticker' }), undefined));
    expect(reason).toMatch(/could change/);
    expect(reason).toMatch(/YAML tree|part of the tree|written out|quoted attribute/);
    if (typeof body === 'string' && !('contentType' in options) && !('headers' in options)) {
      // The same as a template that the rule chose.
      const plain = webhook({ forEach: 'ticker' });
      expect(problemOf(() => compileWebhook(plain, { text: body })).path).toEqual(['text']);
      expect(problemOf(() => compileWebhook(plain, { body })).path).toEqual(['body']);
    }
  });
});

describe('text for people is left alone', () => {
  test.each([
    '{{ title }}',
    '[{{ publisher }}] {{ title }}',
    'New on {{ publisher }}: {{ title }} ({{ tickers | join: ", " }})',
    '{{ publisher }}: {{ title }}',
    'Listing: {{ title }}',
    '[{{ tickers }}]',
    '{{ title }}, {{ url }}',
    'See https://x.example/?q={{ tickers | first }}&lang=en for more',
    '{% for t in tickers %}{{ t }}\n{% endfor %}',
    '**{{ title }}**\n- {{ publisher }}\n- {{ listingType }}',
    'buy {{ tickers | first }}',
  ])('%s', (body) => {
    expect(compileWebhook(webhook({ body }), undefined)(inputOf()).contentType).toBe(
      'text/plain; charset=utf-8',
    );
  });

  test.each(['{"symbol": "BTC", "side": "buy"}', 'side=buy', 'a: b'])(
    'without values any text may be sent: %s',
    (body) => {
      expect(compileWebhook(webhook({ body }), undefined)(inputOf()).body).toBe(body);
    },
  );
});

describe('regression: no value leaves its place', () => {
  const bodyOf = (options: object) => {
    const render = compileWebhook(webhook({ ...options, forEach: 'ticker' }), undefined);
    return (title: string, ticker: string) => render(inputOf({ title }, ticker)).body;
  };
  const holds = (options: object, judge: (body: string, title: string, ticker: string) => void) => {
    const body = bodyOf(options);
    fc.assert(fc.property(attack, attack, (title, ticker) => judge(body(title, ticker), title, ticker)));
  };

  test.each([FORM, undefined])('in a form (%s)', (contentType) => {
    holds(
      { body: 'symbol={{ ticker }}USDT&side=buy&note={{ title }}\n', contentType },
      (body, title, ticker) => {
        expect([...new URLSearchParams(body)]).toEqual([
          ['symbol', `${ticker.toWellFormed()}USDT`],
          ['side', 'buy'],
          ['note', title.toWellFormed()],
        ]);
      },
    );
  });

  test('in a form through assign, capture and filters', () => {
    const source =
      'a={% assign x = title | append: "&y=1" %}{{ x }}&b={% capture z %}&side=sell{{ ticker }}{% endcapture %}{{ z | url_decode }}{% echo title %}&side=buy';
    holds({ body: source, contentType: FORM }, (body) => {
      expect([...new URLSearchParams(body).keys()]).toEqual(['a', 'b', 'side']);
    });
  });

  test.each(['application/xml', 'text/html', undefined])('in markup (%s)', (contentType) => {
    const text = '<order symbol="{{ ticker }}" note=\'{{ title }}\'><side>buy</side>{{ title }}</order>';
    holds({ body: text, contentType }, (body) => {
      const [, symbol, note, words] =
        /^<order symbol="([^"]*)" note='([^']*)'><side>buy<\/side>([\s\S]*)<\/order>$/.exec(body) ?? [];
      for (const part of [symbol, note, words]) {
        expect(part).toBeDefined();
        expect(part).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }
    });
  });

  test('in lines', () => {
    holds({ body: 'buy {{ ticker }}\nbecause {{ title }}\n{{ title | newline_to_br }}' }, (body) => {
      expect(body.split(/[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(3);
    });
  });

  test('in an order of words', () => {
    holds({ body: 'buy {{ ticker }}, 100, {{ title }}' }, (body) => {
      expect(body).toMatch(/^buy [^,;|&=:#"'`(){}[\]<>\\]*, 100, [^,;|&=:#"'`(){}[\]<>\\]*$/);
    });
  });

  test('in a link of a tree', () => {
    const body = { link: 'https://x.example/trade/{{ ticker }}?note={{ title }}&side=buy' };
    holds({ body }, (sent, title, ticker) => {
      const { origin, pathname, searchParams } = new URL(JSON.parse(sent).link);
      expect(origin).toBe('https://x.example');
      // A URL folds the segments `.` and `..`, also when they are encoded.
      if (!/^\.{0,2}$/.test(ticker))
        expect(pathname).toBe(`/trade/${encodeURIComponent(ticker.toWellFormed())}`);
      expect([...searchParams]).toEqual([
        ['note', title.toWellFormed()],
        ['side', 'buy'],
      ]);
    });
  });

  test('in a tree, whatever Liquid does to it', () => {
    const body = {
      symbol: '{{ ticker }}USDT',
      side: 'buy',
      raw: '{{ title | json }}',
      text: '{% assign x = title %}{% capture y %}"{{ x }}"{% endcapture %}{{ y }}',
      html: '<b>{{ title }}</b>',
      deep: [{ of: '{{ title }}' }],
    };
    holds({ body }, (sent, title, ticker) => {
      const parsed = JSON.parse(sent);
      expect(Object.keys(parsed)).toEqual(Object.keys(body));
      expect(parsed).toMatchObject({ symbol: `${ticker}USDT`, side: 'buy', deep: [{ of: title }] });
      expect(parsed.html).toMatch(/^<b>[^<>]*<\/b>$/);
    });
  });
});

test('regression: under forEach nothing is rendered for no ticker', () => {
  const [delivery] = deliveriesOf(announcementOf(), 'one');
  for (const body of [undefined, { symbol: '{{ ticker }}USDT' }, 'buy {{ ticker }}']) {
    const destinations = { one: webhook({ body, forEach: 'ticker' }) };
    const [prepared] = prepareDestinations({ destinations, templates: {}, rules: [] });
    expect(() => delivery && prepared?.render(delivery)).toThrow(/forEach/);
    expect(prepared?.renderDefault, 'nor in another form').toBeUndefined();
  }
});
