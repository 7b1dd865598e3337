/** Questions between nodes: who answers, who does not, and what comes too late. */
import { expect, test } from 'vitest';
import { ANSWER_MS, Asking, type Attend } from '../../src/cluster/asking.ts';
import { OtherNodes } from '../../src/cluster/others.ts';
import { cardOf } from '../support/cluster/entries.ts';
import { SharedModel } from '../support/cluster/model.ts';
import { FakeClock } from '../support/fake-clock.ts';

const A = { node: 'a', life: 'a-1' };
const B = { node: 'b', life: 'b-1' };

function start() {
  const clock = new FakeClock();
  const model = new SharedModel(clock);
  const asked: string[] = [];
  const nodeOf = (life: string, attend?: Attend) => {
    const shared = model.connect();
    const asking = new Asking({ shared, clock, life, ...(attend && { attend }) });
    return { asking, shared };
  };
  const echo: Attend = async (kind, args) => {
    asked.push(kind);
    if (kind === 'fails') throw new Error('the disk is full');
    return [kind, ...args];
  };
  return { clock, model, asked, nodeOf, echo };
}

test('a question is answered by each that is asked; a failure is its sentence', async () => {
  const { clock, nodeOf, echo } = start();
  const { asking } = nodeOf('me');
  const [a, b] = [nodeOf('a-1', echo), nodeOf('b-1', echo)];
  const replies = asking.ask([A, B], 'list', [{ limit: 3, filter: new Map([['x', 1]]) }]);
  await clock.advance(1);
  await Promise.all([a.asking.take(), b.asking.take()]);
  await clock.advance(100);
  expect(await replies).toEqual(
    new Map([A, B].map(({ node }) => [node, { value: ['list', { limit: 3, filter: new Map([['x', 1]]) }] }])),
  );
  const failing = asking.ask([A], 'fails', []);
  await clock.advance(1);
  await a.asking.take();
  await clock.advance(100);
  expect(await failing).toEqual(new Map([['a', { problem: 'the disk is full' }]]));
});

test('one that does not answer is named, and does nothing when it finds the question later', async () => {
  const { clock, nodeOf, echo, asked } = start();
  const { asking } = nodeOf('me');
  const [a, b] = [nodeOf('a-1', echo), nodeOf('b-1', echo)];
  const replies = asking.ask([A, B], 'retry', []);
  await clock.advance(1);
  await a.asking.take();
  await clock.advance(ANSWER_MS);
  expect(await replies).toEqual(
    new Map<string, unknown>([
      ['a', { value: ['retry'] }],
      ['b', { problem: 'no answer within 3 s' }],
    ]),
  );
  expect(asked).toEqual(['retry']);
  await b.asking.take();
  await clock.advance(10);
  expect(asked).toEqual(['retry']);
});

test('without a database nobody is asked, and it says so', async () => {
  const { clock, nodeOf, model } = start();
  const { asking, shared } = nodeOf('me');
  model.isDown = true;
  const replies = asking.ask([A], 'list', []);
  await clock.advance(ANSWER_MS);
  expect((await replies).get('a')).toEqual({ problem: expect.stringContaining('cannot be reached') });
  const others = new OtherNodes({ asking, members: () => shared.members(), node: 'x', isNode: false });
  expect([...(await others.ask('list', []))]).toEqual([
    ['', { problem: expect.stringContaining('cannot be reached') }],
  ]);
});

test('of the others: those that are live are asked, those that are gone are named, and this one is left out', async () => {
  const asked: (readonly [readonly string[], string])[] = [];
  const members = [
    { ...cardOf('a'), restMs: 3000 },
    { ...cardOf('b', { life: 'b-2' }), restMs: 3000 },
    { ...cardOf('b'), restMs: 2000 },
    { ...cardOf('c'), restMs: -12_300 },
  ];
  const othersOf = (isNode: boolean) =>
    new OtherNodes({
      asking: {
        async ask(some, kind) {
          asked.push([some.map(({ life }) => life), kind]);
          return new Map();
        },
      },
      ...{ members: () => members, node: 'a', isNode },
    });
  expect([...(await othersOf(true).ask('list', []))]).toEqual([['c', { problem: 'gone for 13s' }]]);
  expect([...(await othersOf(false).ask('holds', []))]).toEqual([]);
  await othersOf(false).ask('list', []);
  await othersOf(true).ask('retry', [], 'b');
  expect(asked).toEqual([
    [['b-1'], 'list'],
    [['a-1', 'b-1'], 'holds'],
    [['b-1'], 'list'],
    [['b-1'], 'retry'],
  ]);
});
