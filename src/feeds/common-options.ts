/** The options that every type of feed has. */
import { z } from 'zod';
import { flag, text, url } from '../platform/fields.ts';

export interface CommonFeedOptions {
  readonly type: string;
  readonly name: string;
  readonly tls: { readonly ca?: string | undefined; readonly insecure: boolean };
}

export const commonFeedOptions = {
  name: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'must be 1 to 40 letters, digits, dots, dashes or underscores')
    .optional()
    .describe('default: host name of the url'),
  tls: z
    .strictObject({
      ca: text().optional().describe('file with the certificate authority to trust'),
      insecure: flag().default(false).describe('true = accept any certificate'),
    })
    .prefault({})
    .describe('how the certificate is checked'),
};

/** Of a source. A WebSocket address has no fragment (RFC 6455 §3), and `ws` throws at one. */
export const feedUrl = () =>
  url('wss:', 'ws:').refine((value) => !value.includes('#'), 'must not have a part after #');
