/** `docs/webhooks.md` to the byte: the default JSON, the example of a signature, the headers, the statuses. */
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { webhookOutcome } from '../../src/destinations/webhook/outcome.ts';
import { compileWebhook } from '../../src/destinations/webhook/render.ts';
import { inputOf } from '../destinations/render-support.ts';
import { read } from './comments.ts';

const page = read('docs/webhooks.md');

test('the default JSON is what an announcement becomes, field by field in that order', () => {
  const block = /^```json\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
  const shown = JSON.parse(block);
  const { rule, ...announcement } = shown;
  const { body } = compileWebhook({}, undefined)({ ...inputOf(announcement), rule });
  expect(body).toBe(JSON.stringify(shown));
});

const cell = (name: string) => new RegExp(`^\\| ${name} \\| \`(.*)\` \\|$`, 'm').exec(page)?.[1] ?? '';

test('the example of a signature is right', () => {
  const at = new Date(Number(cell('`webhook-timestamp`')) * 1000);
  const signature = new Webhook(cell('secret')).sign(cell('`webhook-id`'), at, cell('body'));
  expect(cell('`webhook-signature`')).toBe(signature);
});

const HEADERS = [
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  ...['x-listing-bridge-expires', 'x-listing-bridge-attempt', 'x-listing-bridge-sample'],
];

test('the table of headers has each of them', () => {
  const section = page.slice(page.indexOf('## Headers'), page.indexOf('## The signature'));
  const rows = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual(HEADERS.toSorted());
});

const statusRows = [...page.matchAll(/^\| ((?:\d|none)[^|]*) \| ([^|]*) \|/gm)].map(
  ([, cell = '', effect = '']) => ({
    cell,
    effect,
  }),
);

/** The row of a status: the one that names it, else that of its class. */
function rowOf(status: number) {
  const names = ({ cell }: { cell: string }) =>
    [...cell.matchAll(/\b(\d{3})(?:–(\d{3}))?\b/g)].some(
      ([, from, to = from]) => status >= Number(from) && status <= Number(to),
    );
  const named = statusRows.filter(names);
  const kind = `${Math.floor(status / 100)}xx`;
  const found = named.length > 0 ? named : statusRows.filter(({ cell }) => cell.includes(kind));
  expect(found, `${status}`).toHaveLength(1);
  return found[0]?.effect ?? '';
}

/** The words with which the effect of an outcome begins. */
function effectOf(outcome: Outcome): RegExp {
  if (outcome.kind === 'delivered') return /^delivered/;
  if (outcome.kind === 'retry')
    return outcome.mayHaveActed ? /^retried; with `onAmbiguous: drop` dead/ : /^retried$/;
  if (outcome.kind === 'reject')
    return outcome.scope === 'unclear' ? /^waits; dead if only this one/ : /^dead/;
  throw new Error(`an answer is never ${outcome.kind}`);
}

test('each status has the effect that its row says', () => {
  const answer = {
    kind: 'answer',
    headers: {},
    bodyText: '',
    bodyFault: undefined,
    writtenMs: 0,
    connected: false,
  } as const;
  const success = { statuses: undefined, body: undefined };
  for (let status = 200; status < 600; status++) {
    const { outcome } = webhookOutcome({ ...answer, status }, success, 0, (text) => text);
    expect(rowOf(status), `${status}`).toMatch(effectOf(outcome));
  }
});
