/** One meaning for each answer; nothing leaves too late; nothing that a receiver says is a secret's way out. */
import { inFile, SIMULATION, suites } from '../places.ts';

const outcomes = [...suites('destinations/outcomes', 'destinations/odd-answers'), SIMULATION];

export const destinations = [
  ...inFile(
    'src/destinations/webhook/outcome.ts',
    [...suites('destinations/outcomes', 'destinations/webhook', 'destinations/odd-answers'), SIMULATION],
    [
      'Retry-After is not read',
      'a receiver that asks for silence is asked again',
      "const toldMs = retryAfterMs(headers['retry-after'], wallNowMs);",
      'const toldMs = retryAfterMs(undefined, wallNowMs);',
    ],
    [
      'a redirect is a yes',
      'an order that went nowhere is delivered',
      'const ok = status < 300;',
      'const ok = status < 400;',
    ],
    [
      'success is not asked for',
      'what the receiver refused is delivered',
      'const confirmed = (statuses?.includes(status) ?? true) && (body?.test(bodyText) ?? true);',
      'const confirmed = (statuses?.includes(status) ?? true) || (body?.test(bodyText) ?? true);',
    ],
  ),
  ...inFile(
    'src/destinations/discord/outcome.ts',
    outcomes,
    [
      'a ban is one destination’s',
      'the others run into it',
      'const budget = isBan ? IP_BUDGET : isGlobal ? pauses.global : pauses.bucket;',
      'const budget = isGlobal ? pauses.global : pauses.bucket;',
      ...suites('destinations/discord'),
    ],
    [
      'the first of the wishes',
      'a pause that is too short',
      'Math.max(...wishesMs)',
      'Math.min(...wishesMs)',
      ...suites('destinations/discord'),
    ],
  ),
  ...inFile(
    'src/destinations/telegram/outcome.ts',
    outcomes,
    [
      'a group that has moved is a refusal',
      'its messages die',
      '  if (movedTo !== undefined) {\n',
      '  if (movedTo !== undefined && status === 999) {\n',
      ...suites('destinations/telegram'),
    ],
    [
      'a 429 pauses one chat',
      'the bot is silenced for longer',
      'return rateLimited(toldMs, guessMs, situation.botBudget);',
      'return rateLimited(toldMs, guessMs);',
      ...suites('destinations/telegram'),
    ],
  ),
  ...inFile(
    'src/http/exchange.ts',
    [...suites('http/exchange', 'http/written-boundary', 'destinations/webhook'), SIMULATION],
    [
      'nobody looks at the clock before the write',
      'a timer that is late sends what is too old',
      "if (nowMs >= this.#expiresAtMs) this.#fail('timeout', 'not sent in time');",
      '',
    ],
    [
      'what was written is called unreachable',
      'drop doubles an order',
      '    const writtenMs = this.#writtenMs;\n    if (writtenMs !== undefined)\n',
      '    const writtenMs = this.#writtenMs;\n    if (writtenMs !== undefined && writtenMs < 0)\n',
    ],
    [
      'the body of an answer without a bound',
      'an answer fills the memory',
      'if (this.#bytes <= MOST_BODY_BYTES) return;',
      'if (this.#bytes >= 0) return;',
      ...suites('delivery/survivors', 'web/http'),
    ],
    [
      'the abort listener leaks',
      'memory grows with each request',
      "    this.#signal.removeEventListener('abort', this.abort);\n",
      '',
      ...suites('web/http'),
    ],
    [
      'the lane does not hear that it leaves',
      'drop is not on record before the bytes',
      'if (this.#resolve !== undefined && this.#leaving?.() === false)',
      'if (this.#resolve === undefined)',
      ...suites('destinations/destinations'),
    ],
  ),
  ...inFile('src/http/body.ts', suites('destinations/packed-answers', 'http/exchange'), [
    'what is packed grows without a bound',
    '64 KiB stand for 64 MiB',
    'if (size > MOST_BODY_BYTES) end(TOO_LONG);',
    '',
  ]),
  ...inFile(
    'src/destinations/http-outcome.ts',
    [
      ...suites('delivery/survivors'),
      ...suites('destinations/outcomes', 'destinations/destinations'),
      ...suites('delivery/attempt'),
    ],
    [
      'not redacted',
      'a far end that repeats a secret shows it to everybody',
      'printable(redact(text).replace(',
      'printable(text.replace(',
    ],
    [
      'cut before it is redacted',
      'half a secret is shown',
      'printable(redact(text).replace(',
      'printable(redact(text.slice(0, MOST_DETAIL_CHARS)).replace(',
      ...suites('platform/redactor'),
    ],
    [
      'a gateway’s answer is the receiver’s',
      'drop doubles an order',
      '&& { afterMs }),\n    ...(mayHaveActed(answer) && { mayHaveActed: true }),',
      '&& { afterMs }),',
      ...suites('destinations/webhook', 'destinations/odd-answers'),
      SIMULATION,
    ],
  ),
  ...inFile(
    'src/http/retry-after.ts',
    suites('http/retry-after'),
    [
      'a wait of years',
      'an answer silences a destination for good',
      'return wishMs > 0 ? Math.min(Math.ceil(wishMs), LONGEST_WAIT_MS) : undefined;',
      'return wishMs > 0 ? Math.ceil(wishMs) : undefined;',
    ],
    [
      'a date by our clock',
      'a wall clock that is set silences a destination',
      'return Number.isNaN(atMs) ? wallNowMs : atMs;',
      'return wallNowMs + 0 * atMs;',
    ],
  ),
  ...inFile(
    'src/destinations/webhook/send.ts',
    suites('destinations/webhook', 'destinations/destinations'),
    [
      'the signature is of another time',
      'a receiver that checks it refuses the order',
      'signer.sign(deliveryId, new Date(nowMs), body)',
      'signer.sign(deliveryId, new Date(0), body)',
    ],
    [
      'expires by the wrong clock',
      'a receiver drops what is fresh',
      'const leftMs = expiresAtMs - this.#clock.monotonicMs();',
      'const leftMs = expiresAtMs - this.#clock.wallMs();',
    ],
    [
      'another id on each attempt',
      'a receiver cannot tell a copy',
      "'webhook-id', deliveryId,",
      "'webhook-id', deliveryId + attempt,",
    ],
  ),
  ...inFile(
    'src/destinations/webhook/index.ts',
    suites('destinations/webhook', 'destinations/at-once', 'destinations/destinations'),
    [
      'a webhook’s far end is not its address',
      'a new address inherits the pauses of the old one',
      'farEnd: secretName(options.url.reveal())',
      "farEnd: secretName('')",
      SIMULATION,
    ],
  ),
  ...inFile(
    'src/destinations/opening.ts',
    [...suites('destinations/opening'), SIMULATION],
    [
      'what cannot be opened is given up',
      'a moment without file handles ends a destination',
      '        opening = undefined;\n        if (!isTold)',
      '        if (!isTold)',
    ],
    [
      'what cannot be opened may have arrived',
      'drop kills what was never sent',
      '      return notSent(messageOf(error));\n',
      '      throw error;\n',
    ],
  ),
  ...inFile(
    'src/destinations/prepared.ts',
    suites('destinations/scratch-type', 'destinations/alert-forms'),
    [
      'an order falls back to another form',
      'a template that fails makes an order that nobody has written',
      "type.form === 'order' ? undefined : renderDefault",
      "type.form === 'order' && type.templated.includes('body') ? undefined : renderDefault",
    ],
    [
      'an order is rendered for no ticker',
      'an order for anything',
      'if (options.forEach !== undefined && ticker === undefined)',
      'if (options.forEach !== undefined && ticker === null)',
    ],
    [
      'forEach is the webhook’s alone',
      'another type sends one order for many tickers',
      "perTicker && options.forEach === 'ticker'",
      "perTicker && options.type === 'web' + 'hook' && options.forEach === 'ticker'",
    ],
  ),
  ...inFile('src/http/pool-registry.ts', suites('http/pool-registry'), [
    'spares take all files',
    'requests and the store find none',
    'Math.floor(mostFiles * SPARE_SHARE)',
    'mostFiles',
  ]),
  ...inFile('src/http/ranked-line.ts', suites('http/ranked-line', 'http/spare-sockets'), [
    'whoever asked first has its turn first',
    'when all connections are lost, orders wait behind chats',
    'else this.#items.splice(low, 0, item);',
    'else this.#items.push(item);',
  ]),
];
