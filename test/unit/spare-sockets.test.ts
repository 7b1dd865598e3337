/** Spares on a fake clock: a server that ends what has idled never leaves the bridge without one. */
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { SpareSockets } from '../../src/destinations/spare-sockets.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** As over TLS with a round trip of 50 ms. */
const OPENING_MS = 150;
const IDLE_MS = 5000;

test('regression: spares are not all of one age, so that a server does not end all of them at once', async () => {
  const clock = new FakeClock();
  let open = 0;
  let opened = 0;
  const spares = new SpareSockets({
    freshMs: 60_000,
    clock,
    open: (callback) => {
      clock.after(OPENING_MS, () => {
        const socket = new Socket();
        open++;
        opened++;
        socket.once('close', () => open--);
        clock.after(IDLE_MS, () => void socket.emit('readable'));
        callback(null, socket);
      });
    },
  });
  spares.want(2);
  await clock.advance(OPENING_MS);
  expect(open).toBe(1);
  await clock.advance(2000);
  expect(open).toBe(2);
  let fewest = open;
  for (let passedMs = 0; passedMs < 60_000; passedMs += 50) {
    await clock.advance(50);
    fewest = Math.min(fewest, open);
  }
  expect(fewest).toBe(1);
  expect(opened).toBeGreaterThan(20);
  spares.close();
  clock.forget();
});
