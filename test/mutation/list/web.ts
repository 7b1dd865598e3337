/** Over HTTP nobody reads or changes what is not theirs, no page is shown a secret, and nobody who watches holds up the bridge. */
import { inFile, suites } from '../places.ts';

export const web = [
  ...inFile('src/delivery/windows.ts', suites('delivery/budget-state'), [
    'the page forgets what is under way',
    'a budget seems to have room that it has not',
    'left: Math.max(0, limit - inFlight - this.#written.countSince(nowMs - perMs)),',
    'left: Math.max(0, limit - this.#written.countSince(nowMs - perMs)),',
  ]),
  ...inFile('src/delivery/next-try.ts', suites('delivery/budget-state'), [
    'the next try ignores the probe',
    'a destination in trouble seems to be tried at once',
    'return Math.max(dueInMs, probeInMs, ',
    'return Math.max(dueInMs, ',
  ]),
  ...inFile('src/web/page/mute-forms.ts', suites('web/page/destination'), [
    'a mute leads back to an address of the form',
    'a page of another site is shown as ours',
    "destination === undefined ? '/rules#mutes' : destinationPath(destination)",
    "destination ?? '/rules#mutes'",
  ]),
  ...inFile('src/web/page/filter-form.ts', suites('web/page/filters'), [
    'the way to older rows forgets the filter',
    'the second page shows everything',
    'new URLSearchParams({ ...values, ...more })',
    'new URLSearchParams({ ...more })',
  ]),
  ...inFile(
    'src/web/guard/permission.ts',
    suites('web/access', 'web/login', 'web/http'),
    [
      'a proxy in front of loopback reads without the token',
      'the world reads what the bridge does',
      '!isProxied(context);',
      'true;',
    ],
    [
      'a name of a proxy reads without the token',
      'the world reads what the bridge does',
      '(access().hosts ?? []).length === 0 &&',
      'true &&',
    ],
    ['a read-only bridge is changed', 'somebody sends and reloads', 'if (!mayChange)', 'if (who !== who)'],
    [
      'a form without its token is taken',
      'a page of another site sends again',
      'if (isSameText(await formTokenIn(context), formToken)) return next();',
      'if (formToken) return next();',
    ],
    [
      'a change from another origin is taken',
      'a page of another site sends again',
      'if (!isFromOwnPage(context, access()))',
      'if (formToken.length === 0)',
    ],
  ),
  ...inFile(
    'src/web/guard/permission.ts',
    suites('web/bearer'),
    [
      'wrong bearer tokens are not limited',
      'tokens are guessed',
      'if (waitMs > 0 || hasToken(context)) return waitMs;',
      'if (hasToken(context)) return 0;',
    ],
    [
      'the right token is taken where no more are compared',
      'its answer tells it from the wrong ones',
      'visitorOf(context, waitMs === 0 && hasToken(context))',
      'visitorOf(context, hasToken(context))',
    ],
  ),
  ...inFile(
    'src/web/guard/login-limit.ts',
    suites('web/bearer', 'web/access'),
    [
      'the tries of all keep a program out',
      'somebody elsewhere locks the owner out',
      'this.#failures.filter(({ from }) => from === place)',
      'this.#failures.filter(({ from }) => from !== undefined || place)',
    ],
    [
      'an old token of one program locks all programs of its machine out',
      'nothing can be muted in a hurry',
      'untilFree(guesses(own), MOST_OF_ONE)',
      'untilFree(own, MOST_OF_ONE)',
    ],
  ),
  ...inFile(
    'src/web/guard/sessions.ts',
    suites('web/login'),
    [
      'a session never ends',
      'a forgotten browser is a key for ever',
      'kept.endMs > this.#clock.monotonicMs() && ',
      '',
    ],
    [
      'a session outlives its token',
      'whoever had the old token goes on',
      ' && kept.token === digest(token.reveal())',
      '',
    ],
    [
      'sessions have no bound',
      'memory is filled by logins',
      'if (this.#kept.size <= MOST_SESSIONS) break;',
      'break;',
    ],
  ),
  ...inFile(
    'src/web/guard/login.ts',
    suites('web/login'),
    ['logins are not limited', 'tokens are guessed', 'if (waitMs > 0) return', 'if (waitMs < 0) return'],
    [
      'a login leads to another site',
      'a link steals the next login',
      'const isPath = typeof wanted',
      'if (typeof wanted === "string") return wanted;\n  const isPath = typeof wanted',
    ],
  ),
  ...inFile('src/web/guard/origin.ts', suites('web/access'), [
    'pages of other sites are let in',
    'any page of the web uses the bridge of its reader',
    "(site === 'cross-site' || site === 'same-site') && !isLink",
    'false',
  ]),
  ...inFile('src/web/guard/host.ts', suites('web/access', 'web/http'), [
    'any name is right',
    'a page of another site reads the bridge under its own name (DNS rebinding)',
    'if (isLoopback(host)) return false;',
    '',
  ]),
  ...inFile(
    'src/web/live/viewers.ts',
    suites('web/live', 'web/live-turns'),
    [
      'a slow viewer is kept',
      'memory is filled by whoever does not read',
      'bytes.byteLength > room',
      'bytes.byteLength < 0',
    ],
    [
      'who may read no more goes on watching',
      'a changed token ends nothing',
      'if (!viewer.isStillAllowed())',
      'if (!viewer.controller)',
    ],
    [
      'a hundred viewers are written to in one turn',
      'news waits for those who look on',
      'const FEW = 10;',
      'const FEW = 1000;',
    ],
    ['who joins gets what waits as well', 'an event comes twice', 'since: this.#number };', 'since: 0 };'],
  ),
  ...inFile(
    'src/web/live/events-hub.ts',
    suites('web/live'),
    [
      'an event is made for each viewer',
      'many pages slow the bridge down',
      'if (kept.text === undefined) {',
      '{',
    ],
    [
      'events are made for nobody',
      'work that nobody sees',
      'if (this.viewers.count > 0) this.viewers.send',
      'this.viewers.send',
    ],
  ),
  ...inFile('src/web/live/ring.ts', suites('web/live'), [
    'what is gone is passed over in silence',
    'a program misses events and does not know',
    'next < this.#first || ',
    '',
  ]),
  ...inFile('src/web/redacted-ops.ts', suites('web/page/secrets'), [
    'the status of a page is not redacted',
    'a secret that a feed repeats is shown',
    'status: () => safeStatus(ops.status(), redact)',
    'status: () => ops.status()',
  ]),
];
