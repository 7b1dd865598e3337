/** An example for each section of the reference that has none in its text; `test/docs/config-examples.test.ts` loads each of them. */

const FEEDS = `feeds:
  - name: tokyo
    apiKey: "\${CRYPTOLISTING_API_KEY}"
    exchanges: [upbit, bithumb, binance]           # \`check\` warns about rules for others
`;

const CRYPTOLISTING = `feeds:
  - name: tokyo
    url: wss://cryptolisting.ws
    apiKey: "\${CRYPTOLISTING_API_KEY}"
  - name: second                                   # another key, another way: the first copy counts
    url: wss://cryptolisting.ws
    apiKey: "\${SECOND_API_KEY}"
    proxy: "http://10.0.0.5:3128"
`;

const DESTINATIONS = `destinations:
  bot:
    type: webhook
    url: "\${BOT_URL}"
    maxAge: 5s                                     # older than that it is no order any more
    retry: { attempts: 3, minDelay: 200ms, maxDelay: 1s }
    timeout: 2s
  team: { type: discord, webhookUrl: "\${DISCORD_WEBHOOK_URL}", delay: 1s }
`;

const DISCORD = `destinations:
  team:
    type: discord
    webhookUrl: "\${DISCORD_WEBHOOK_URL}"          # or botToken and channelId
    username: Listings
    mention: role:1187654321098765432              # or everyone, here, user:…
`;

const TELEGRAM = `destinations:
  channel:
    type: telegram
    botToken: "\${TELEGRAM_BOT_TOKEN}"
    chatId: "@listings"                            # or a number: -1002345678901
    silent: true
`;

const WEBHOOK = `destinations:
  bot:
    type: webhook
    url: "\${BOT_URL}"
    secret: "\${BOT_SECRET}"                        # signs each request
    forEach: ticker                                # an order for each
    body: { symbol: "{{ ticker }}USDT", action: buy, source: "{{ publisher }}" }
`;

const DEFAULTS = `defaults:
  webhook: { timeout: 3s, maxAge: 5s }
  telegram: { botToken: "\${TELEGRAM_BOT_TOKEN}" }
`;

const RULES = `rules:
  - name: korean spot
    match: { publisher: [upbit, bithumb], listingType: spot_listing }
    send: [bot, team]
    stop: true                                     # no further rule sees it
  - name: the rest
    match: {}
    send: [{ to: team, silent: true }]
`;

const CONDITIONS = `rules:
  - name: won market, no stablecoins, no maintenance
    match:
      publisher: [upbit, bithumb]
      ticker: { not: [USDT, USDC] }
      market: KRW
      title: { not: { matches: "maintenance|점검" } }
    send: bot
`;

const EXTRACT = `extract:
  opens: { matches: "(\\\\d{1,2}:\\\\d{2}) ?\\\\(?(?:KST|UTC)" }   # the part in the first brackets
rules:
  - { name: with a time, match: { extract: { opens: "*" } }, send: team }
`;

const TEMPLATES = `templates:
  loud: { text: "🚨 {{ tickers | join: ', ' }} on {{ publisher }}: {{ title }}" }
rules:
  - { name: all, match: {}, send: [{ to: team, template: loud }] }
`;

const ALERTS = `alerts:
  send: [team]
  feedDownAfter: 30s
`;

const STORE = `store:
  path: ./data/bridge.db
  retention: { announcements: 90d, deliveries: 30d, attempts: 7d }
`;

const SERVER = `server: { host: 0.0.0.0, port: 8787, token: "\${ADMIN_TOKEN}" }
`;

const LOG = `log: { level: info, format: json }
`;

const TOP_LEVEL = `version: 1
watch: true
dedupeWindow: 1h
shutdownTimeout: 10s
`;

const URL_TABLE = `tables:
  perps:
    url: "https://fapi.binance.com/fapi/v1/exchangeInfo"
    rows: symbols
    key: baseAsset
    value: symbol
    refresh: 10m
`;

/** By the title of the section. */
export const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['feeds', FEEDS],
  ['feeds, type: cryptolisting', CRYPTOLISTING],
  ['destinations', DESTINATIONS],
  ['destinations, type: discord', DISCORD],
  ['destinations, type: telegram', TELEGRAM],
  ['destinations, type: webhook', WEBHOOK],
  ['defaults', DEFAULTS],
  ['rules', RULES],
  ['Conditions', CONDITIONS],
  ['tables, from an address', URL_TABLE],
  ['extract', EXTRACT],
  ['templates', TEMPLATES],
  ['alerts', ALERTS],
  ['store', STORE],
  ['server', SERVER],
  ['log', LOG],
  ['At the top level', TOP_LEVEL],
]);

/** As a block of Markdown, with a blank line before; empty where the section has its own. */
export function exampleOf(title: string): string {
  const example = EXAMPLES.get(title);
  return example === undefined ? '' : `\n\n\`\`\`yaml\n${example}\`\`\``;
}
