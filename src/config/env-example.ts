/** The `.env.example` that `init` writes beside the config: every variable of `config.example.yaml`, and how to get it. */

const VARIABLES: readonly (readonly [name: string, placeholder: string, how: string])[] = [
  [
    'CRYPTOLISTING_API_KEY',
    'dsk_replace_me',
    'The key of the feed: dsk_ and 64 characters, from your account at https://cryptolisting.ws',
  ],
  [
    'DISCORD_WEBHOOK_URL',
    'https://discord.com/api/webhooks/123456789012345678/replace_me',
    'Discord: channel settings → Integrations → Webhooks → New Webhook → Copy Webhook URL',
  ],
  [
    'TELEGRAM_BOT_TOKEN',
    '123456789:replace_me_replace_me_replace_me',
    'Telegram: write /newbot to @BotFather; then make the bot an administrator of your channel',
  ],
  [
    'TELEGRAM_CHAT_ID',
    '@replace_me',
    'Telegram: the public name of your channel, or the number of a chat (docs/quickstart.md says how to find it)',
  ],
  ['BOT_URL', 'https://bot.example.com/replace_me', 'The address at which your program takes requests'],
  [
    'BOT_SECRET',
    `whsec_${Buffer.from('replace me, replace me, replace me').toString('base64')}`,
    'Shared with your program, which verifies signatures with it: echo "whsec_$(openssl rand -base64 32)"',
  ],
  [
    'ADMIN_TOKEN',
    'replace_me_admin',
    'Required for changes over HTTP, and for reading when server.host is not loopback: openssl rand -hex 24',
  ],
];

/** Of what `init` writes beside these. */
const OTHERS: typeof VARIABLES = [
  [
    'DISCORD_BOT_TOKEN',
    '',
    'Discord Developer Portal: your application → Bot → Reset Token; then invite the bot to your server',
  ],
  ['DISCORD_CHANNEL_ID', '', 'Discord, with Developer Mode on: right-click the channel → Copy Channel ID'],
  ['SOURCE_URL', '', 'The address of your source: wss://…'],
  ['SOURCE_KEY', '', 'Your key of the source, which goes into a header'],
  ['SOURCE_HELLO', '', 'The message that your source expects after connecting'],
];

/** How to get the value of a variable that `init` knows. */
export const howToGet = (name: string): string | undefined =>
  [...VARIABLES, ...OTHERS].find(
    ([known]) => known === name.replace(/^PROGRAM_/, 'BOT_').replace(/_2$/, ''),
  )?.[2];

export const ENV_EXAMPLE = `# Copy this file to .env (beside config.yaml), fill it in, and keep it to yourself: chmod 600 .env
# A variable of the real environment wins over this file.
${VARIABLES.map(([name, placeholder, how]) => `\n# ${how}\n${name}=${placeholder}\n`).join('')}`;

/** Values that nobody can run with. */
export const EXAMPLE_VALUES: ReadonlySet<string> = new Set(VARIABLES.map(([, placeholder]) => placeholder));
