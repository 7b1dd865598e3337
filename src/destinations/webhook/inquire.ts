/**
 * Whether a receiver can be reached: name, TCP or proxy, TLS and its certificate. No request is made, not even a HEAD:
 * some bots act on any request at all, and most answer those with an error that tells nothing about an order.
 */

import type { Reached } from '../../http/reach.ts';
import { formatDuration } from '../../platform/duration.ts';
import { dayText } from '../../platform/time-text.ts';
import { good, type Remark, warned } from '../../remark.ts';
import { type InquireDeps, noAnswer } from '../inquire.ts';
import type { WebhookOptions } from './options.ts';

/** Connections to one host, so that a check of many receivers there is no flood. */
const PER_SECOND = 20;

/** Sooner than this, the end of a certificate is worth a warning: most are renewed a month before. */
const ENDS_SOON_MS = 14 * 86_400_000;
const DAY_MS = 86_400_000;

export async function inquireWebhook(
  options: WebhookOptions,
  { inquiry, clock, redact }: InquireDeps,
): Promise<readonly Remark[]> {
  const { origin, host } = new URL(options.url.reveal());
  const pace = { key: origin, perSecond: PER_SECOND };
  const reached = await inquiry.reach(origin, options, pace);
  if (reached.kind !== 'reached')
    return [noAnswer(reached, { origin, key: 'url', receiver: 'the bot' }, redact)];
  const how = options.tls.insecure ? 'any certificate is accepted (`tls.insecure`)' : undefined;
  const secured =
    reached.protocol === undefined ? '' : `, ${reached.protocol}${certificateText(reached, how)}`;
  return [
    good(
      `${host} can be reached in ${formatDuration(Math.round(reached.tookMs))}${secured}. No request was made, since a bot may act on any: \`send\` makes one.`,
      'connected',
    ),
    ...expiry(host, reached, clock.wallMs()),
  ];
}

const certificateText = ({ certificateEndsMs }: Reached, how: string | undefined): string =>
  how !== undefined
    ? `, ${how}`
    : certificateEndsMs === undefined
      ? ''
      : `, certificate until ${dayText(certificateEndsMs)}`;

function expiry(host: string, { certificateEndsMs }: Reached, wallMs: number): readonly Remark[] {
  if (certificateEndsMs === undefined) return [];
  const leftMs = certificateEndsMs - wallMs;
  if (leftMs > ENDS_SOON_MS) return [];
  const days = Math.max(0, Math.floor(leftMs / DAY_MS));
  return [
    warned(
      `the certificate of ${host} expires in ${days} day${days === 1 ? '' : 's'}: renew it, or every order will fail.`,
      'certificate_expires',
    ),
  ];
}
