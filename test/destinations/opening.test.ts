/** The feed goes first: no platform's library is loaded before the feed has had its try, unless something is to be sent. */
import { expect, test } from 'vitest';
import type { Destination } from '../../src/destinations/destination.ts';
import { openDestination } from '../../src/destinations/opening.ts';
import { sendContext } from '../support/sending.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

function watched() {
  const events: string[] = [];
  const destination: Destination<unknown> = {
    send: async () => {
      events.push('send');
      return { outcome: { kind: 'delivered' } };
    },
    close: async () => {
      events.push('close');
    },
  };
  const open = async () => {
    events.push('open');
    return destination;
  };
  return { events, open };
}

const nothing = () => undefined;
const as = (text: string) => text;

test('is opened when its turn comes, once', async () => {
  const { events, open } = watched();
  const turn = Promise.withResolvers<void>();
  const destination = openDestination(open, nothing, as, turn.promise);
  await settled();
  expect(events).toEqual([]);
  turn.resolve();
  await settled();
  expect(events).toEqual(['open']);
  await destination.send({}, sendContext());
  await destination.close();
  expect(events).toEqual(['open', 'send', 'close']);
});

test('is opened before its turn by what is to be sent', async () => {
  const { events, open } = watched();
  const turn = Promise.withResolvers<void>();
  const destination = openDestination(open, nothing, as, turn.promise);
  await Promise.all([destination.send({}, sendContext()), destination.send({}, sendContext())]);
  turn.resolve();
  await settled();
  expect(events).toEqual(['open', 'send', 'send']);
});

test('is not opened any more once it is closed', async () => {
  const { events, open } = watched();
  const turn = Promise.withResolvers<void>();
  await openDestination(open, nothing, as, turn.promise).close();
  turn.resolve();
  await settled();
  expect(events).toEqual([]);
});

test('regression: a library that cannot be loaded is told once, and nothing was sent: each send may be repeated', async () => {
  const failures: unknown[] = [];
  const fault = new Error('no such library');
  const destination = openDestination(
    () => Promise.reject(fault),
    (error) => failures.push(error),
    (text) => text.replace('library', '<redacted>'),
  );
  await settled();
  expect(await destination.send({}, sendContext())).toMatchObject({
    outcome: { kind: 'retry', reason: 'unreachable' },
    detail: 'the destination could not be opened, so nothing was sent: no such <redacted>',
  });
  await destination.close();
  expect(failures).toEqual([fault]);
});

test('regression: what could not be opened for a moment (too many open files, say) is opened by the next send', async () => {
  const { events, open } = watched();
  const failures: unknown[] = [];
  let tries = 0;
  const destination = openDestination(
    () => (++tries < 3 ? Promise.reject(new Error('EMFILE')) : open()),
    (error) => failures.push(error),
    as,
  );
  await settled();
  expect(await destination.send({}, sendContext())).toMatchObject({
    outcome: { kind: 'retry', reason: 'unreachable' },
    detail: expect.stringContaining('EMFILE'),
  });
  await destination.send({}, sendContext());
  await destination.close();
  expect(failures, 'told once').toHaveLength(1);
  expect(events).toEqual(['open', 'send', 'close']);
});

test('regression: a send does not wait longer for the opening than it may take', async () => {
  const destination = openDestination(() => new Promise(() => undefined), nothing, as);
  const deadline = new AbortController();
  const sent = destination.send({}, sendContext({ signal: deadline.signal }));
  deadline.abort();
  expect(await sent).toMatchObject({ outcome: { kind: 'retry', reason: 'unreachable' } });
});
