/** Thousands of destinations: a look a second must not cost what nobody has asked for. */
import { expect, test } from 'vitest';
import { AlertReporter } from '../../src/alerts/alert-reporter.ts';
import { alertsOptions } from '../../src/alerts/options.ts';
import { ConditionWatch } from '../../src/conditions/watch.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeBridge } from './bridge.ts';

const LOOKS = 5;

test.each([
  { name: 'off: no lane is looked at', options: undefined, looks: 0 },
  {
    name: 'on: each lane is looked at once a second',
    options: alertsOptions.parse({ send: ['bot'] }),
    looks: LOOKS,
  },
])('regression: alerts that are $name', async ({ options, looks }) => {
  const clock = new FakeClock();
  const [lane] = new FakeBridge().lanes.values();
  if (lane === undefined) throw new Error('a fake bridge has lanes');
  let looked = 0;
  const destination = {
    name: 'bot',
    get lane() {
      looked++;
      return lane;
    },
  };
  const alerts = new AlertReporter({
    clock,
    options: () => options,
    state: () => ({
      feeds: [],
      destinations: [destination],
      rules: [],
      tables: [],
      storeFault: undefined,
      config: { rejected: undefined },
    }),
    conditions: new ConditionWatch(clock),
    send: () => undefined,
    publish: () => undefined,
    memory: { recall: () => undefined, keep: () => undefined },
    redact: (text) => text,
    failed: (error) => {
      throw error;
    },
  });
  alerts.start();
  await clock.advance(LOOKS * 1000);
  alerts.stop();
  expect(looked).toBe(looks);
});
