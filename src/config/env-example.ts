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
    'BOT_SECRET',
    `whsec_${Buffer.from('replace me, replace me, replace me').toString('base64')}`,
    'Shared with your trading bot, which verifies signatures with it: echo "whsec_$(openssl rand -base64 32)"',
  ],
  [
    'ADMIN_TOKEN',
    'replace_me_admin',
    'Required for changes over HTTP, and for reading when server.host is not loopback: openssl rand -hex 24',
  ],
];

export const ENV_EXAMPLE = `# Copy this file to .env (beside config.yaml), fill it in, and keep it to yourself: chmod 600 .env
# A variable of the real environment wins over this file.
${VARIABLES.map(([name, placeholder, how]) => `\n# ${how}\n${name}=${placeholder}\n`).join('')}`;

/** Values that nobody can run with. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(VARIABLES.map(([, placeholder]) => placeholder));

/** As documents write what the reader is to put in: `dsk_your_key_here`, `<token>`, `xxxxxxxx`, `changeme`. */
const LOOKS_SO =
  /\byour[_-]?(?:own[_-]?)?(?:api|bot|key|token|secret|webhook|id|password)|_your_|replace[_-]?me|change[_-]?(?:me|it|this)|(?:insert|put|paste)[_-]\w*here|[_-]here\b|^<[^<>]+>$|^\[[^[\]]+\]$|^[x*.…]{3,}$|[xX]{8,}|^(?:todo|tbd|none|null|secret|password|token)$/i;

export const isPlaceholder = (value: string): boolean => PLACEHOLDERS.has(value) || LOOKS_SO.test(value);
