/** One delivery again, or no more, for somebody who looks at it: the operator's answer on this one, in words. */
import type { StoreAnswer } from '../outbox/deliveries.ts';
import type { Changer, OneChange } from '../web/ops.ts';
import type { Changed, DeliveryOperator, MaxAgeUnknown } from './delivery-operator.ts';
import { unchangedInWords } from './unchanged-words.ts';

export const createChanger = (operator: Pick<DeliveryOperator, 'retry' | 'discard'>): Changer => ({
  retry: async (id, isLate) => oneOf(await operator.retry({ which: [id], isLate })),
  discard: async (id) => oneOf(await operator.discard([id])),
});

function oneOf(answer: StoreAnswer<Changed | MaxAgeUnknown>): StoreAnswer<OneChange> {
  if (!answer.ok) return answer;
  if ('maxAgeUnknownOf' in answer.value) return { ok: true, value: UNKNOWN_AGE };
  const { unchanged, mayHaveArrived } = answer.value;
  const [one] = unchanged;
  if (one === undefined) return { ok: true, value: { ok: true, mayHaveArrived: mayHaveArrived > 0 } };
  return { ok: true, value: { ok: false, problem: unchangedInWords(one, 'late=true'), code: one.why } };
}

const UNKNOWN_AGE: OneChange = {
  ...{ ok: false, problem: 'the config does not have the maxAge of its destination', code: 'no_max_age' },
};
