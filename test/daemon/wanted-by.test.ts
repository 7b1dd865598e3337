/** The effect of the config in force on one delivery, asked by each destination for itself. */
import { expect, test } from 'vitest';
import { makeReady, wantedBy } from '../../src/daemon/ready-config.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { CompiledRules } from '../../src/routing/router.ts';
import { load } from '../config/load-text.ts';
import { announcementOf } from '../destinations/render-support.ts';

const COUNT = 50;
const names = Array.from({ length: COUNT }, (_, index) => `w${index}`);
const CONFIG = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
${names.map((name) => `  ${name}: { type: webhook, url: "https://x.br.test/${name}" }`).join('\n')}
rules: [{ match: {}, send: [${names.join(', ')}] }]
`;

test('regression: a reload of many destinations does not make the matches of all for each of their deliveries', () => {
  const { config, ...sound } = load(CONFIG, { KEY: `dsk_${'a1'.repeat(32)}` });
  if (config === undefined) throw new Error('the config has problems');
  const { router } = makeReady({ config, ...sound });
  const route = () => {
    throw new Error('made for all');
  };
  const careful: CompiledRules = { ...router, route };
  const wanted = wantedBy({ config, router: careful });
  const announcement = announcementOf({ title: 'ABC is listed' });
  for (const name of names) expect(wanted(newsOf(announcement), name)).toMatchObject({ template: undefined });
  expect(wanted(newsOf(announcement), 'nobody')).toBeUndefined();
});

test('a config that is made ready keeps neither the text of its files nor the places in it', () => {
  const { config, ...sound } = load(CONFIG, { KEY: `dsk_${'a1'.repeat(32)}` });
  if (config === undefined) throw new Error('the config has problems');
  expect(Object.keys(makeReady({ config, ...sound })).sort()).toEqual(
    ['config', 'destinations', 'digest', 'files', 'kept', 'patterns', 'redact', 'router'].sort(),
  );
});
