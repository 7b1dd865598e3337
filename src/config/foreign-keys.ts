/** Hints for keys that other programs have, and that mean something else here or stand elsewhere. */
import type { Path } from './problem.ts';

/** By the key without its dashes, underscores and capitals. */
const HINTS: readonly (readonly [keys: RegExp, where: (path: Path) => boolean, hint: string])[] = [
  [
    /^(verify|sslverify|verifyssl|tlsverify|rejectunauthorized|checkcertificate)$/,
    () => true,
    'to accept any certificate write tls: { insecure: true }',
  ],
  [
    /^parsemode$/,
    () => true,
    'it is not needed: values are escaped for the chat; a form of your own is a template, under `templates:`',
  ],
  [
    /^(message|text|content|title|format|template|embed|embeds)$/,
    isDestination,
    'the form of a message stands under `templates:`, and a rule names it: send: [{ to: NAME, template: loud }]',
  ],
  [
    /^(data|payload|json|params|form|fields)$/,
    (path) => isDestination(path),
    'the request is described by `body`: a tree becomes JSON',
  ],
  [
    /configs?$|^(options|settings|properties)$/,
    isDestination,
    'options stand directly below the name of the destination',
  ],
  [/^(to|chat|chats|channels)$/, (path) => path[0] === 'alerts', 'did you mean `send`?'],
  [
    /^(and|all|allof|every|must)$/,
    isCondition,
    'all conditions of one `match` must hold: write them below each other',
  ],
  [
    /^(min|max|gt|gte|lt|lte|from|to|above|below)$/,
    isCondition,
    'write the numbers: [2, 3, 4], or { not: 1 }',
  ],
  [
    /^(from|to|start|end|after|before|between)$/,
    (path) => path.includes('when'),
    'write hours: "09:00-17:00"',
  ],
  [
    /^(cooldown|throttle|debounce)$/,
    (path) => path.length === 1 || isDestination(path),
    'it belongs to a rule: cooldown: { by: ticker, for: 24h }',
  ],
  [
    /^(foreach|url|method|headers|body|secret|maxage|retry|ratelimit|webhookurl|bottoken|chatid|channelid|dryrun|delay|onambiguous|timeout|maxtickers)$/,
    (path) => path[0] === 'rules' && path.length === 3,
    'it belongs to a destination: write it under `destinations:`, below the name of one',
  ],
  [
    /^(match|send|when|stop)$/,
    isDestination,
    'it belongs to a rule: write it under `rules:`; a rule names the destination in `send`',
  ],
  [/^(should|expected|expects|assert|then)$/, (path) => path[0] === 'tests', 'did you mean `expect`?'],
];

function isDestination([section, , ...rest]: Path): boolean {
  return (section === 'destinations' || section === 'defaults') && rest.length === 1;
}

function isCondition(path: Path): boolean {
  return path[0] === 'rules' && path[2] === 'match';
}

/** `undefined`: nothing special about it. */
export function foreignKeyHint(path: Path): string | undefined {
  const key = String(path.at(-1))
    .toLowerCase()
    .replace(/[\s_-]/g, '');
  return HINTS.find(([keys, fits]) => keys.test(key) && fits(path))?.[2];
}
