import { expect, test } from 'vitest';
import { LastReload } from '../../src/ops/last-reload.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('the last reload, what it changed and where news would go, until the next one; a rejected one until it is mended', async () => {
  const clock = new FakeClock();
  const last = new LastReload(clock);
  expect(last.report).toBeUndefined();
  last.listener({ kind: 'config.reloaded', changes: ['rule a changed'], needsRestart: [] });
  last.listener({ kind: 'config.effect', announcements: 200, elsewhere: 3, examples: ['x'] });
  await clock.advance(5000);
  expect(last.report).toMatchObject({
    ...{ agoMs: 5000, ok: true, changes: ['rule a changed'], effect: { elsewhere: 3 } },
  });
  last.listener({ kind: 'config.rejected', problems: ['config.yaml:1:1: no'] });
  last.listener({ kind: 'bridge.ended' });
  expect(last.report).toEqual({ agoMs: 0, ok: false, problems: ['config.yaml:1:1: no'] });
  last.listener({ kind: 'config.reloaded', changes: [], needsRestart: ['server'] });
  expect(last.report).toMatchObject({ ok: true, effect: undefined, needsRestart: ['server'] });
});
