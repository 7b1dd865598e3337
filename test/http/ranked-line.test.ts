/** Whoever waits for a turn, in the order of their ranks, whenever they came. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ranked, RankedLine } from '../../src/http/ranked-line.ts';
import { runs } from '../support/properties.ts';

test('the lowest rank of all that wait is next, however they come and go', () => {
  const step = fc.oneof(fc.nat(1000), fc.constant('next' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const line = new RankedLine<Ranked>();
      const model: number[] = [];
      for (const one of steps)
        if (one === 'next') expect(line.next()?.rank).toBe(model.shift());
        else {
          line.add({ rank: one });
          model.push(one);
          model.sort((a, b) => a - b);
          expect(line.size).toBe(model.length);
        }
      for (const rank of model) expect(line.next()?.rank).toBe(rank);
      expect(line.next()).toBeUndefined();
      expect(line.size).toBe(0);
    }),
    { numRuns: runs(200) },
  );
});
