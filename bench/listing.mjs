/**
 * Preloaded into the bridge (`node --import`): somebody in its process lists the whole store, page by page and again and
 * again, between one SIGUSR2 and the next; every other time through a filter that nothing fits. With what the
 * bridge itself asks, so that what reading a page costs its loop is measured too. Each turn writes a line to `listed`.
 */
import { appendFileSync } from 'node:fs';
import { DeliveriesThread } from '../dist/deliveries-thread.js';

const clock = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
const deliveries = new DeliveriesThread('./bridge.db', clock);
let isListing = false;

async function list() {
  for (let turn = 0; isListing; turn++) {
    let rows = 0;
    let pages = 0;
    let before;
    do {
      const state = turn % 2 === 0 ? undefined : 'expired';
      const answer = await deliveries.list({ limit: 200, state, before });
      if (!answer.ok) throw new Error(answer.message);
      pages++;
      rows += answer.value.deliveries.length;
      before = answer.value.next;
    } while (isListing && before !== undefined);
    appendFileSync('./listed', `${pages} pages, ${rows} rows\n`);
  }
}

process.on('SIGUSR2', () => {
  isListing = !isListing;
  if (isListing) void list();
});
