/** The config of the demo: a real file, read by the same loader as a user's own. */

export const DEMO_CONFIG = `# The config of \`listing-bridge demo\`; docs/configuration.md has every key.
feeds:                                    # two sources of the same news: the first one wins, the other is dropped
  - name: main
    url: \${FEED_URL}
    apiKey: \${FEED_KEY}
  - name: backup
    url: \${BACKUP_URL}
    apiKey: \${BACKUP_KEY}                # its own: of one key, one self-test a minute is answered

destinations:
  discord:
    type: discord
    webhookUrl: \${DISCORD_WEBHOOK_URL}
  telegram:
    type: telegram
    botToken: \${TELEGRAM_BOT_TOKEN}
    chatId: 1234567
    apiUrl: \${TELEGRAM_API_URL}
  bot:
    type: webhook
    url: \${BOT_URL}
    secret: \${BOT_SECRET}                 # signs every request
    forEach: ticker
    body: { symbol: "{{ ticker }}USDT", action: buy, exchange: "{{ publisher }}" }
    maxAge: 5s                            # a signal older than this is never sent

rules:
  - name: listings
    match: { listingType: [spot_listing, futures_listing] }
    send: [bot, discord, telegram]
  - name: notices
    match: { listingType: not_listing, update: any }
    send: []
    stop: true
  - name: everything else
    match: { update: any }
    send: [discord, telegram]

store: { path: ./demo.db }
server: { port: 0 }
shutdownTimeout: 1s
`;

/** The same rules and receivers, but as fast as it goes: of a rehearsal, which sends to receivers without limits. */
export const REHEARSED_CONFIG = DEMO_CONFIG.replaceAll(
  /^ {4}type: (?:discord|telegram)$/gm,
  '$&\n    rateLimit: { limit: 50, per: 1s }',
).replace('demo.db', 'rehearsal.db');
