/** The meaning of Discord's refusal for the person who set it up, and what to do. */
import type { Outcome } from '../../delivery/outcome.ts';
import { notThePlatform } from '../../http/advice.ts';
import { IP_BUDGET } from './address.ts';
import { type DiscordAnswer, refusedOptions } from './answer.ts';
import { DESTINATION_CODES } from './codes.ts';

const BANNED =
  'Discord blocks this IP address for some time (it is shared by all webhooks and bots here). Everything to Discord waits; look for another program on this address that ignores the limits.';

const BY_STATUS: ReadonlyMap<number, string> = new Map([
  [401, 'Discord does not accept the token: copy `webhookUrl` or `botToken` again.'],
  [403, 'Discord does not allow this: give the bot the right to write in this channel.'],
  [404, 'Discord does not know this address: check `webhookUrl`, or `channelId` and `apiUrl`.'],
]);

const TOO_MANY =
  'Discord wants fewer messages here. The bridge waits and retries; another program may use the same webhook or bot, or the channel has slow mode.';
const OUTAGE = 'Discord has an internal error. The bridge retries; see https://discordstatus.com.';

function retryAdvice({ reason, budget }: Outcome & { kind: 'retry' }, body: DiscordAnswer | undefined) {
  if (reason === 'rate_limited')
    // A global limit pauses the address as well, and names its time in Discord's own words.
    return budget === IP_BUDGET && body?.global !== true ? BANNED : TOO_MANY;
  return reason === 'server_error' ? OUTAGE : undefined;
}

/** `undefined`: the reason's general sentence is as good. */
export function discordAdvice(
  outcome: Outcome,
  status: number,
  body: DiscordAnswer | undefined,
): string | undefined {
  if (outcome.kind === 'retry') return retryAdvice(outcome, body);
  if (outcome.kind !== 'reject') return undefined;
  if (outcome.reason === 'redirected') return 'It redirects: correct the host in `webhookUrl` or `apiUrl`.';
  if (body?.message === undefined) return notThePlatform('Discord', '`webhookUrl` or `apiUrl`');
  if (outcome.reason === 'message_refused')
    return 'Discord rejected this message, also as plain text: the detail names the field. Shorten or correct the template.';
  const options = refusedOptions(body.errors);
  if (options.length > 0)
    return `Discord does not accept the config's values for ${options.join(', ')}: the detail says why. Correct or remove them.`;
  return DESTINATION_CODES.get(body.code ?? 0)?.advice ?? BY_STATUS.get(status);
}
