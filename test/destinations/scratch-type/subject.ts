/** The scratch type for the conformance suite. */
import type { Subject } from '../subjects.ts';

export const scratchSecret = 'sck_VerySecretAccessKey0123456789';

export const scratchSubject: Subject<'scratch'> = {
  type: 'scratch',
  config: (origin) => ({
    type: 'scratch',
    uri: `${origin}/order?key=very-secret-query`,
    accessKey: scratchSecret,
  }),
  secrets: [scratchSecret, 'very-secret-query'],
  message: { body: 'buy ABCUSDT', contentType: 'text/plain' },
  taken: { status: 204 },
  needsBody: false,
  refusal: (status, headers = {}) => ({ status, headers, body: 'no' }),
  refusals: [
    ['400', { status: 400 }, { kind: 'reject', reason: 'message_refused', scope: 'message' }],
    ['410', { status: 410 }, { kind: 'reject', reason: 'gone', scope: 'destination' }],
  ],
};
