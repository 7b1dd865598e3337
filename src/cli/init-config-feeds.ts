/** The section `feeds` of the config that `init` writes. Pure. */
import { PUBLISHERS } from '../announcement.ts';
import { type Setup, SOURCE_FIELDS, type Source, type SourceField } from './init-setup.ts';

/** One line, with a comment or without. */
export type Row = readonly [line: string, comment?: string];

export const feedRows = ({ apiKey, exchanges, source }: Setup): readonly Row[] => [
  ['feeds:', 'where announcements come from'],
  ...(apiKey === undefined
    ? []
    : [
        ['  - url: wss://cryptolisting.ws', PUBLISHERS.map(titled).join(', ')] as const,
        [`    apiKey: \${${apiKey.name}}`] as const,
        ...exchangeRows(exchanges, 'only these'),
      ]),
  ...(source === undefined ? [] : sourceRows(source)),
];

/** Without comments. */
export const minimalFeedRows = ({ apiKey, exchanges, source }: Setup): readonly Row[] => [
  ['feeds:'],
  ...(apiKey === undefined ? [] : [[`  - apiKey: \${${apiKey.name}}`] as const, ...exchangeRows(exchanges)]),
  ...(source === undefined
    ? []
    : sourceRows(source).flatMap(([line]): Row[] => (line.includes('#') ? [] : [[line]]))),
];

const exchangeRows = (exchanges: readonly string[], ...comment: [comment?: string]): readonly Row[] =>
  exchanges.length === 0 ? [] : [[`    exchanges: [${exchanges.join(', ')}]`, ...comment]];

const titled = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Its key stands in variables alone, also where it is a message. */
const sourceRows = ({ url, header, hello, map }: Source): readonly Row[] => [
  ['  - name: source', 'a WebSocket of your own; every key: docs/configuration.md'],
  ['    type: websocket'],
  [`    url: \${${url.name}}`],
  ...(header === undefined
    ? []
    : [[`    headers: { ${plain(header.name)}: "\${${header.key.name}}" }`] as const]),
  ...(hello === undefined ? [] : [[`    hello: \${${hello.name}}`, 'sent once connected'] as const]),
  ['    # only: { type: news }', 'which of its messages are announcements; without it all are'],
  ['    map:', 'where the fields stand in its JSON'],
  ...SOURCE_FIELDS.flatMap((name): Row[] => {
    const field = map[name];
    return field === undefined ? [] : [[`      ${name}: ${fieldText(field)}`, ...commentOf(name, field)]];
  }),
];

/** A hint for sources that have words of their own. */
const commentOf = (name: string, field: SourceField): [comment?: string] =>
  name === 'listingType' && 'path' in field ? ['its own words: add values: { new_coin: spot_listing }'] : [];

const fieldText = (field: SourceField): string =>
  'path' in field ? `{ path: ${plain(field.path)} }` : `{ value: ${plain(field.value)} }`;

/** In quotes where YAML would read something else. */
function plain(text: string): string {
  if (/^[A-Za-z][\w.-]*$/.test(text) && !/^(?:null|true|false|yes|no|on|off|y|n)$/i.test(text)) return text;
  return /['\\]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}
