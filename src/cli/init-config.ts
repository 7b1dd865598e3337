/** The config that `init` writes: only what was chosen, commented, and without a complaint of `check`. Pure. */
import { parse } from 'yaml';
import { feedRows, minimalFeedRows, type Row } from './init-config-feeds.ts';
import { type Chosen, isChat, NAMES, type Setup } from './init-setup.ts';

/** The file that completes and explains keys in an editor; `init` writes it beside the config. */
export const SCHEMA_FILE = 'config.schema.json';

const HEADER = `# yaml-language-server: $schema=./${SCHEMA_FILE}\n`;

/** Where comments behind a value begin. */
const COMMENT_COLUMN = 41;

const textOf = (rows: readonly Row[]) =>
  rows
    .map(
      ([line, comment]) =>
        `${comment === undefined ? line : `${line.padEnd(COMMENT_COLUMN - 1)} # ${comment}`}\n`,
    )
    .join('');

export function configText(setup: Setup): string {
  return setup.isMinimal ? minimalText(setup) : commentedText(setup);
}

function minimalText(setup: Setup): string {
  const [first] = setup.destinations;
  if (first === undefined) throw new Error('a config needs a destination');
  return (
    HEADER +
    textOf([
      ...minimalFeedRows(setup),
      ['destinations:'],
      ...destinationRows(first)
        .filter(([line]) => !line.includes('#'))
        .map(([line]): Row => [line]),
      ['rules:'],
      [first.kind === 'bot' ? '  - match: {}' : '  - match: { update: any }'],
      [`    send: ${NAMES[first.kind]}`],
    ])
  );
}

function commentedText(setup: Setup): string {
  const { destinations, adminToken } = setup;
  const chats = destinations.filter(({ kind }) => isChat(kind)).map(({ kind }) => NAMES[kind]);
  const alerts: Row[] = [
    ['alerts:', 'about the bridge itself: a feed that is down, a destination that is gone'],
    [`  send: [${chats.join(', ')}]`],
    ['  heartbeat: "0 9 * * *"', 'a sign of life every day at nine, so that silence can be trusted'],
  ];
  const server: Row[] = [
    [
      `server: { token: \${${adminToken?.name}} }`,
      'health and `status` at http://127.0.0.1:8787; `reload` needs the token',
    ],
  ];
  const parts = [
    textOf(feedRows(setup)),
    textOf([
      ['destinations:', 'where they go; the names are yours'],
      ...destinations.flatMap((chosen, index) => [
        ...(index === 0 ? [] : [[''] as const]),
        ...destinationRows(chosen),
      ]),
    ]),
    textOf([
      ['rules:', 'all are evaluated, top to bottom; a destination gets an announcement once'],
      ...ruleRows(setup),
    ]),
    ...(chats.length === 0 ? [] : [textOf(alerts)]),
    ...(adminToken === undefined ? [] : [textOf(server)]),
  ];
  return `${HEADER}# listing-bridge: which announcements go where. Every key: docs/configuration.md. A \${NAME} is read from .env.\n\n${parts.join('\n')}`;
}

const variable = ({ variables }: Chosen, option: string): Row[] =>
  variables[option] === undefined ? [] : [[`    ${option}: \${${variables[option].name}}`]];

function destinationRows(chosen: Chosen): readonly Row[] {
  const name: Row = [`  ${NAMES[chosen.kind]}:`];
  switch (chosen.kind) {
    case 'discord':
      return [
        name,
        ['    type: discord'],
        ...variable(chosen, 'webhookUrl'),
        ['    # mention: everyone', 'or here, role:<id>, user:<id>; without it nobody is pinged'],
      ];
    case 'discord-bot':
      return [
        name,
        ['    type: discord', 'as a bot that is a member of the server'],
        ...variable(chosen, 'botToken'),
        ...(chosen.channelId === undefined
          ? variable(chosen, 'channelId')
          : [[`    channelId: ${JSON.stringify(chosen.channelId)}`] as const]),
        ...variable(chosen, 'apiUrl'),
        ['    # mention: everyone', 'or here, role:<id>, user:<id>; without it nobody is pinged'],
      ];
    case 'telegram':
      return [
        name,
        ['    type: telegram'],
        ...variable(chosen, 'botToken'),
        ...(chosen.chatId === undefined
          ? variable(chosen, 'chatId')
          : [
              [
                `    chatId: ${/^-?\d+$/.test(chosen.chatId) ? chosen.chatId : JSON.stringify(chosen.chatId)}`,
              ] as const,
            ]),
        ...variable(chosen, 'apiUrl'),
        ['    # silent: true', 'no sound'],
      ];
    case 'bot':
      return [
        name,
        ['    type: webhook'],
        ...variable(chosen, 'url'),
        ...signed(chosen),
        ['    forEach: ticker', 'one request for each ticker; without tickers none'],
        ['    body:', 'becomes JSON; leave it out to get every field'],
        ['      symbol: "{{ ticker }}USDT"'],
        ['      action: buy'],
        ['      exchange: "{{ publisher }}"'],
        ['    maxAge: 5s', 'a signal older than this is never sent'],
        ['    timeout: 3s'],
        ['    onAmbiguous: drop', 'no answer? do not resend: a missed order is better than a double one'],
      ];
    case 'program':
      return [
        name,
        ['    type: webhook', 'every field as JSON (docs/webhooks.md)'],
        ...variable(chosen, 'url'),
        ...signed(chosen),
      ];
    default:
      return chosen.kind satisfies never;
  }
}

const signed = (chosen: Chosen): Row[] =>
  variable(chosen, 'secret').map(([line]) => [
    line,
    'signs every request, so that the receiver can trust it',
  ]);

function ruleRows({ destinations }: Setup): readonly Row[] {
  const all = destinations.map(({ kind }) => NAMES[kind]);
  const readers = destinations.filter(({ kind }) => kind !== 'bot').map(({ kind }) => NAMES[kind]);
  const orders: Row[] = [
    ['  - name: new spot listings'],
    ['    match:', 'all of it must hold; a list means "one of"'],
    ['      listingType: spot_listing'],
    ['      ticker: { not: [USDT, USDC] }'],
    ['      # title: { matches: "KRW" }', 'only what has this in its title'],
    [`    send: [${all.join(', ')}]`],
  ];
  const rest: Row[] = [
    ['  - name: noise'],
    ['    match: { listingType: not_listing, update: any }', 'maintenance, swaps and the like'],
    ['    send: []', 'nowhere …'],
    ['    stop: true', '… and the rules below are skipped'],
    ['  - name: everything else'],
    ['    match: { update: any }', 'with edits and follow-ups of earlier news'],
    [`    send: [${readers.join(', ')}]`],
  ];
  const hasBot = destinations.some(({ kind }) => kind === 'bot');
  return [...(hasBot ? orders : []), ...(readers.length === 0 ? [] : rest)];
}

/** The destination as the config would have it, its variables replaced: for a sample before anything is written. */
export function optionsOf(chosen: Chosen): Readonly<Record<string, unknown>> & { readonly type: string } {
  const values = new Map(
    Object.values(chosen.variables).map(({ name, value }) => [`\${${name}}`, value ?? '']),
  );
  const written = parse(textOf(destinationRows(chosen)))[NAMES[chosen.kind]] as Record<string, unknown>;
  const options = Object.entries(written).map(([key, value]) => [
    key,
    (typeof value === 'string' ? values.get(value) : undefined) ?? value,
  ]);
  return Object.fromEntries(options);
}
