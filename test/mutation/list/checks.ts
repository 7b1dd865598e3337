/** `check` names what would lose or betray a message before the bridge runs with it. */
import { inFile, suites } from '../places.ts';

export const checks = [
  ...inFile(
    'src/config/short-retries.ts',
    suites('config/risks'),
    [
      'attempts as long as they may be are not counted',
      'a delivery is given up long before maxAge, and nobody warns',
      'let totalMs = timeout * attempts;',
      'let totalMs = timeout * attempts * 100;',
    ],
    [
      'the waits do not end at maxDelay',
      'too few attempts look like enough',
      'totalMs += Math.min(ceiling, maxDelay);',
      'totalMs += ceiling;',
    ],
  ),
  ...inFile(
    'src/config/clear-text.ts',
    suites('config/risks'),
    [
      'a public name counts as one of a private network',
      'orders in clear over the internet are a note only',
      "? 'private' : 'public';",
      "? 'private' : 'private';",
    ],
    [
      'the addresses of destinations are not looked at',
      'orders in clear over the internet are silent',
      'types.get(options.type)?.origin(options), DESTINATION',
      'undefined, DESTINATION',
    ],
  ),
  ...inFile(
    'src/config/odd-chats.ts',
    suites('config/corpus'),
    [
      'a channel without its minus counts as a person',
      'every message is refused, and check is silent',
      '/^100\\d{10}$/.test(String(chatId))',
      '/^1000\\d{10}$/.test(String(chatId))',
    ],
    [
      'a shortened number is taken',
      'messages go to another chat',
      'yield* shortened(name, written);',
      'continue;',
    ],
  ),
  ...inFile(
    'src/config/foreign-variables.ts',
    suites('config/corpus', 'config/foreign-variables'),
    [
      'only whole values are looked at',
      'an order goes out with the name of its key instead of the key',
      'const inside = isSecret ? INSIDE.exec(value) : null;',
      'const inside = null as RegExpExecArray | null;',
    ],
    [
      'what another program keeps is taken for the secret itself',
      'an order goes out with the name of its key instead of the key',
      'else if (isSecret && KEPT_ELSEWHERE.test(value))',
      'else if (isSecret && false)',
    ],
  ),
  ...inFile('src/config/alias-targets.ts', suites('config/bounds'), [
    'the first anchor of a name counts, not the last above',
    'a destination with the options of another',
    'if (node.anchor !== undefined) anchored.set',
    'if (node.anchor !== undefined && !anchored.has(node.anchor)) anchored.set',
  ]),
];
