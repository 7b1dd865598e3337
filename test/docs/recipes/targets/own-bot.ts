/** A bot as docs/webhooks.md describes one: it verifies the signature, respects the expiry and acts once for each `webhook-id`. */
import { Webhook } from 'standardwebhooks';
import { isText, momentOf, Refusal, startTarget, type Target } from './target.ts';

/** `known`: where several bots share what they have acted on. */
export function startOwnBot(
  secret: string,
  symbols: readonly string[],
  known: Set<string> = new Set(),
): Promise<Target> {
  const verifier = new Webhook(secret);
  return startTarget('bot', '/signal', (body, { headers, body: text }) => {
    const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    try {
      verifier.verify(text, named, { jsonParse: false });
    } catch {
      throw new Refusal(401, { error: 'not signed by the bridge' });
    }
    const untilMs = momentOf(headers['x-listing-bridge-expires']);
    const key = isText(body['key']) ? body['key'] : String(headers['webhook-id']);
    if (untilMs === undefined || Date.now() > untilMs) throw new Refusal(200, 'too late');
    if (headers['x-listing-bridge-sample'] !== undefined) throw new Refusal(200, 'a sample');
    if (known.has(key)) throw new Refusal(200, 'done already');
    if (!isText(body['symbol']) || !isText(body['exchange']) || body['action'] !== 'buy')
      throw new Refusal(400, { error: 'not an order' });
    if (!symbols.includes(body['symbol'])) throw new Refusal(422, { error: 'no such market' });
    known.add(key);
    return { taken: body['symbol'], answer: '' };
  });
}
