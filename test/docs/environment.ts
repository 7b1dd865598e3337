/** A value for each variable that a config in the documents names: of the right form, and nobody's. */
export const env: Readonly<Record<string, string>> = {
  CRYPTOLISTING_API_KEY: `dsk_${'0'.repeat(64)}`,
  DISCORD_WEBHOOK_URL: 'https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrst',
  TELEGRAM_BOT_TOKEN: '123456789:AAabcdefghijklmnopqrstuvwxyz',
  TELEGRAM_CHAT_ID: '@listings_of_nobody',
  BOT_URL: 'http://127.0.0.1:9000/signal',
  BOT_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  THREECOMMAS_SECRET: 'eyJhbGciOiJIUzI1NiJ9.c2lnbmFsc19zb3VyY2U.Rk2mDs81lk',
  THREECOMMAS_BOT_UUID: '1f7c3f0a-9a55-4f7e-8a5e-6f0f5d3a2b10',
  TRADERSPOST_URL:
    'https://webhooks.traderspost.io/trading/webhook/98a90567-fac3-42b9-8c5d-97c4ec1710ba/6de6c4a446497f11debba25b90e90462',
  OKX_SIGNAL_TOKEN: 'nT5rGq0hV2yJx8bKd3Lw7Zp1',
  WUNDER_TOKEN_CRV: 'ENTER-LONG_Binance_CRVUSDT_korea_1M_8e34479cfe49027eda195457',
  WUNDER_TOKEN_ENA: 'ENTER-LONG_Binance_ENAUSDT_korea_1M_8b9f1a73de3fa902b45b458e',
  FREQTRADE_PASSWORD: '6f0f5d3a2b10c7e98d41b2a0f3c5d7e9',
  ALERTATRON_URL: 'https://alertatron.com/webhook/incoming/367f821d-871f-46ef-93b6-96f7cee56229',
};
