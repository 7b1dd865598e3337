/** The options that every type of feed has. */
import { z } from 'zod';
import { url } from '../platform/fields.ts';
import { type Way, wayOptions } from '../platform/way.ts';

export interface CommonFeedOptions extends Way {
  readonly type: string;
  readonly name: string;
}

export const commonFeedOptions = {
  name: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'must be 1 to 40 letters, digits, dots, dashes or underscores')
    .optional()
    .describe('default: host name of the url'),
  ...wayOptions,
};

/** Of a source. A WebSocket address has no fragment (RFC 6455 §3), and `ws` throws at one. */
export const feedUrl = () =>
  url('wss:', 'ws:').refine((value) => !value.includes('#'), 'must not have a part after #');
