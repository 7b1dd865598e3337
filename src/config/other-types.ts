/** Services that have no destination type of their own, and how to reach each through a webhook. */
import type { DestinationRegistry } from '../destinations/registry.ts';

const TEXT_FIELD = 'body: { text: "{{ title }}" }';
const ADAPTIVE_CARD = 'the Adaptive Card that its Workflows ask for as `body`';
const HTTP = 'type: webhook sends an HTTP request with a `body` of yours to its `url`';

const webhook = (name: string, how: string) =>
  `${name}: use type: webhook with its incoming webhook as \`url\` and ${how}`;

/** Webhooks by service; names without case, blanks and dashes. */
const OTHERS: Readonly<Record<string, string>> = {
  slack: webhook('Slack', TEXT_FIELD),
  mattermost: webhook('Mattermost', TEXT_FIELD),
  rocketchat: webhook('Rocket.Chat', TEXT_FIELD),
  googlechat: webhook('Google Chat', TEXT_FIELD),
  teams: webhook('Teams', ADAPTIVE_CARD),
  msteams: webhook('Teams', ADAPTIVE_CARD),
  feishu: webhook('Feishu', 'body: { msg_type: text, content: { text: "{{ title }}" } }'),
  lark: webhook('Lark', 'body: { msg_type: text, content: { text: "{{ title }}" } }'),
  dingtalk: webhook('DingTalk', 'body: { msgtype: text, text: { content: "{{ title }}" } }'),
  wecom: webhook('WeCom', 'body: { msgtype: text, text: { content: "{{ title }}" } }'),
  ntfy: 'ntfy: use type: webhook with url: https://ntfy.sh/your-topic and body: "{{ title }}"',
  gotify:
    'Gotify: use type: webhook with url: https://your-server/message?token=… and body: { message: "{{ title }}" }',
  pushover:
    'Pushover: use type: webhook with url: https://api.pushover.net/1/messages.json and body: { token: …, user: …, message: "{{ title }}" }',
  pagerduty:
    'PagerDuty: use type: webhook with url: https://events.pagerduty.com/v2/enqueue and the `body` of its Events API',
  http: HTTP,
  https: HTTP,
  rest: HTTP,
  api: HTTP,
  url: HTTP,
  post: HTTP,
  bot: `a trading bot: ${HTTP}`,
  tradingbot: `a trading bot: ${HTTP}`,
};

/** Services with an HTTP interface of their own. */
const SERVICES = [
  'email',
  'mail',
  'smtp',
  'sms',
  'twilio',
  'whatsapp',
  'signal',
  'matrix',
  'line',
  'kakao',
  'kakaotalk',
  'wechat',
  'push',
  'pushbullet',
  'pushplus',
  'bark',
  'zapier',
  'make',
  'n8n',
  'ifttt',
  'homeassistant',
  'kafka',
  'mqtt',
  'redis',
  'nats',
  'rabbitmq',
  'amqp',
  'sqs',
  'sns',
  'websocket',
  'exec',
  'script',
  'command',
  'file',
  'log',
  'console',
  'stdout',
];

/** `what`: as it stands in the file. */
export function insteadOf(what: string, types: DestinationRegistry): string | undefined {
  const word = what.toLowerCase().replace(/[\s_.-]/g, '');
  for (const [name, { patterns }] of types) if (patterns.aliases.includes(word)) return `write type: ${name}`;
  if (Object.hasOwn(OTHERS, word)) return OTHERS[word];
  return SERVICES.includes(word)
    ? `${what} has no type of its own: ${HTTP}, for example to a small program that forwards it`
    : undefined;
}
