/** Templates that are made to be too much work: each is refused when it is read, with a sentence, and none takes the memory that it asks for. */
import { describe, expect, test } from 'vitest';
import { DESTINATIONS, ENV, FEEDS, load, problemsOf, RULES } from '../config/load-text.ts';

const HUNDRED = '{% assign r = (1..100) %}';
const loops = (depth: number, inside: string) =>
  `${HUNDRED}${'{% for i in r %}'.repeat(depth)}${inside}${'{% endfor %}'.repeat(depth)}`;
const sixty = (inside: string) =>
  `{% assign x = "aaaaaaaaaa" %}{% for i in (1..60) %}${inside}{% endfor %}{{ x }}`;

const BOMBS: readonly (readonly [name: string, template: string])[] = [
  ['a long range', '{% for i in (1..100000000) %}{{ i }}{% endfor %}'],
  ['a range beyond all numbers', '{% for i in (1..99999999999999999999) %}x{% endfor %}'],
  ['a range from below zero', '{% for i in (-100000000..100000000) %}x{% endfor %}'],
  ['a long range of which one is used', '{% for i in (1..100000000) limit:1 %}x{% endfor %}'],
  ['a long range by name', '{% assign r = (1..100000000) %}{{ r.size }}'],
  ['a long range in the tag liquid', '{% liquid\nfor i in (1..100000000)\necho i\nendfor\n%}'],
  [
    'ranges in ranges',
    '{% for i in (1..900) %}{% for j in (1..900) %}{% for k in (1..900) %}{% endfor %}{% endfor %}{% endfor %}',
  ],
  ['loops in loops', loops(5, 'x')],
  ['loops in loops that write nothing', loops(6, '')],
  ['a text that doubles', sixty('{% assign x = x | append: x %}')],
  ['a text that is captured twice', sixty('{% capture x %}{{ x }}{{ x }}{% endcapture %}')],
  ['a text put into itself', sixty('{% assign x = x | replace: "a", x %}')],
  [
    'a list that doubles',
    `${HUNDRED}{% for i in (1..60) %}{% assign r = r | concat: r %}{% endfor %}{{ r.size }}`,
  ],
  [
    'a list made text',
    '{% assign r = (1..50000) %}{{ r | join: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }}',
  ],
  ['fixed text over and over', loops(2, 'x'.repeat(15_000))],
  [
    'a title in its characters',
    `{% assign x = title | split: "" %}${'{% for a in x %}'.repeat(8)}x${'{% endfor %}'.repeat(8)}`,
  ],
];

const inBody = (template: string) =>
  FEEDS + DESTINATIONS.replace(' }', `, body: ${JSON.stringify(template)} }`) + RULES;
const inTree = (template: string) =>
  FEEDS + DESTINATIONS.replace(' }', `, body: { a: [${JSON.stringify(template)}] } }`) + RULES;
const inTemplate = (template: string) =>
  `${FEEDS}destinations:\n  team: { type: telegram, botToken: "7654321098:AAEhBOweik9ai2o01cbsaiCh5ecohfa2o9A", chatId: 5 }
rules:\n  - { match: {}, send: { to: team, template: t } }\ntemplates: { t: { text: ${JSON.stringify(template)} } }\n`;

describe.each([
  ['the body of an order', inBody],
  ['a part of a body', inTree],
  ['a message for people', inTemplate],
])('in %s', (_where, configOf) => {
  test.each(BOMBS)('%s', (_name, template) => {
    expect(problemsOf(load(configOf(template), ENV))).toEqual([
      expect.stringMatching(/does too much work \([a-z ]+ limit exceeded\); make the loop shorter/i),
    ]);
  });
});

test.each([
  [
    'a list of all tickers',
    '{% for t in tickers %}{% capture one %}<{{ t }}>{% endcapture %}{{ one }}{% endfor %}',
  ],
  ['ranges that a person would write', '{% for i in (1..100) %}{{ i }} {% endfor %}'],
  ['a width beyond all dates', '{{ "now" | date: "%999999999d" }}'],
])('%s is not too much', (_name, template) => {
  expect(problemsOf(load(inBody(template), ENV))).toEqual([]);
});
