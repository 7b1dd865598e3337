/** Configs of ten thousand rules, as different people write them: by name, the files of each; `config.yaml` is the config itself. */
import { ruleOptions } from '../scenarios/rules.ts';

const PUBLISHERS = ['upbit', 'bithumb', 'binance'];
const FILES = 100;
const TESTS = 1000;

const HEAD = `feeds:
  - { url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}" }
  other: { type: webhook, url: "\${BOT_URL}", dryRun: true }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
watch: false
`;

type Files = Readonly<Record<string, string>>;

const many = (count: number, one: (nth: number) => string) =>
  Array.from({ length: count }, (_, nth) => one(nth)).join('');
const flow = (count: number) =>
  `rules:\n${ruleOptions(count)
    .map((rule) => `  - ${rule}\n`)
    .join('')}`;

const block = (count: number) => `rules:
${many(
  count,
  (nth) => `  - name: rule ${nth}
    match:
      publisher: ${PUBLISHERS[nth % 3]}
      listingType:
        - spot_listing
        - spot_delisting
      ticker: [T${nth}, U${nth}, V${nth}]
    send:
      - to: bot
      - other
`,
)}`;

const commented = (count: number) => `# of all customers
rules:
${many(
  count,
  (nth) => `
  # customer ${nth}: wants it (since 2024)
  - name: "rule ${nth}" # the name
    match: # of titles
      publisher: ${PUBLISHERS[nth % 3]}
      title: { matches: 'coin ${nth}|token ${nth}' }
    send: [bot, other]
`,
)}`;

const anchored = (count: number) => `x-base: &base { publisher: upbit, listingType: spot_listing }
x-to: &to [bot, other]
rules:
${many(
  count,
  (nth) => `  - name: rule ${nth}
    match:
      <<: *base
      ticker: T${nth}
    send: *to
`,
)}`;

const tests = `tests:
${many(TESTS, (nth) => `  - { name: test ${nth}, announcement: { publisher: ${PUBLISHERS[nth % 3]}, listingType: spot_listing, ticker: T${nth}, title: "listing of T${nth}" }, expect: [bot] }\n`)}`;

function included(count: number): Files {
  const all = ruleOptions(count);
  const perFile = Math.ceil(count / FILES);
  const files = Array.from({ length: FILES }, (_, nth) => {
    const rules = all.slice(nth * perFile, (nth + 1) * perFile);
    return [
      `rules/${String(nth).padStart(3, '0')}.yaml`,
      `rules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`,
    ];
  });
  return { 'config.yaml': `include: rules/*.yaml\n${HEAD}`, ...Object.fromEntries(files) };
}

export const shapesOf = (count: number): ReadonlyMap<string, Files> =>
  new Map<string, Files>([
    ['flow maps', { 'config.yaml': HEAD + flow(count) }],
    ['block maps', { 'config.yaml': HEAD + block(count) }],
    ['comments and quotes', { 'config.yaml': HEAD + commented(count) }],
    ['anchors and <<', { 'config.yaml': HEAD + anchored(count) }],
    [`${TESTS} tests`, { 'config.yaml': HEAD + flow(count) + tests }],
    ['CRLF', { 'config.yaml': (HEAD + block(count)).replaceAll('\n', '\r\n') }],
    [`${FILES} included files`, included(count)],
  ]);
