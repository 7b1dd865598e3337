/** The questions about one destination, until its sample has arrived, or the person leaves it as it is. */
import { Cancelled } from './ask.ts';
import { faultIn, originOf } from './init-answers.ts';
import { type Chosen, type Kind, NAMES, type Variable } from './init-setup.ts';
import { askVariable, type World } from './init-world.ts';

/** `undefined`: the person leaves it out after all. */
export async function askDestination(kind: Kind, world: World): Promise<Chosen | undefined> {
  const { ask } = world;
  let chosen = await QUESTIONS[kind](world);
  for (;;) {
    if (Object.values(chosen.variables).some(({ value }) => value === undefined)) return chosen;
    if (!(await ask.confirm(OFFERS[kind], kind !== 'bot'))) return chosen;
    const { mark, text } = await world.send(chosen);
    if (world.isStopped()) throw new Cancelled();
    ask.tell(mark, `${NAMES[kind]}  ${text}`);
    if (mark === 'good') return { ...chosen, isTried: true };
    const next = await ask.choose('What now?', [
      { value: 'correct', label: 'Answer again' },
      { value: 'again', label: 'Try once more' },
      { value: 'keep', label: 'Keep it as it is' },
      { value: 'skip', label: 'Leave it out' },
    ]);
    if (next === 'keep') return chosen;
    if (next === 'skip') return undefined;
    if (next === 'correct') chosen = await QUESTIONS[kind](world);
  }
}

const OFFERS: Readonly<Record<Kind, string>> = {
  discord: 'Send a sample there now?',
  'discord-bot': 'Send a sample there now?',
  telegram: 'Send a sample there now?',
  program: 'Send a sample there now?',
  bot: 'Send a sample there now? It is a real order to buy SAMPLEUSDT: only if your bot refuses what it does not know',
};

const QUESTIONS: Readonly<Record<Kind, (world: World) => Promise<Chosen>>> = {
  discord: async (world) => ({
    kind: 'discord',
    variables: {
      webhookUrl: await secret('discord', 'webhookUrl', 'DISCORD_WEBHOOK_URL', 'The webhook URL', world),
    },
  }),
  'discord-bot': askDiscordBot,
  telegram: askTelegram,
  bot: (world) => askWebhook('bot', 'BOT', 'The URL of your bot', world),
  program: (world) => askWebhook('program', 'PROGRAM', 'The URL of your program', world),
};

const secret = (
  kind: Kind,
  option: string,
  name: string,
  question: string,
  world: World,
): Promise<Variable> =>
  askVariable(
    { name, question, origin: originOf(kind, option), faultIn: (answer) => faultIn(kind, option, answer) },
    world,
  );

async function askWebhook(
  kind: 'bot' | 'program',
  prefix: string,
  what: string,
  world: World,
): Promise<Chosen> {
  const url = await secret(kind, 'url', `${prefix}_URL`, what, world);
  if (url.value !== undefined) world.ask.tell('info', `to ${new URL(url.value).host}`);
  const isSigned = await world.ask.confirm(
    'Sign the requests, so that it can tell them from forged ones (docs/webhooks.md)?',
    true,
  );
  if (!isSigned) return { kind, variables: { url } };
  const name = `${prefix}_SECRET`;
  const known = world.known(name)?.value;
  const isUsable = known !== undefined && faultIn(kind, 'secret', known) === undefined;
  const value = isUsable ? known : `whsec_${world.bytes(32).toString('base64')}`;
  world.ask.tell(
    'info',
    `${isUsable ? 'Signed with the' : 'A new secret comes into .env as'} ${name}: give it to the receiver too.`,
  );
  return { kind, variables: { url, secret: { name, value } } };
}

async function askDiscordBot(world: World): Promise<Chosen> {
  const kind = 'discord-bot';
  const botToken = await secret(kind, 'botToken', 'DISCORD_BOT_TOKEN', 'The token of the bot', world);
  const api = world.known('DISCORD_API_URL');
  const variables = { botToken, ...(api && { apiUrl: { name: 'DISCORD_API_URL', value: api.value } }) };
  const channelId = await askChannel(world);
  if (channelId !== undefined) return { kind, channelId, variables };
  return { kind, variables: { ...variables, channelId: { name: 'DISCORD_CHANNEL_ID', value: undefined } } };
}

/** `undefined`: later. */
async function askChannel({ ask, known }: World): Promise<string | undefined> {
  const faultOf = (answer: string) => faultIn('discord-bot', 'channelId', answer);
  const before = known('DISCORD_CHANNEL_ID');
  if (before !== undefined && faultOf(before.value) === undefined)
    if (await ask.confirm(`Post into ${before.value}, the DISCORD_CHANNEL_ID of ${before.place}?`, true))
      return before.value;
  ask.tell('info', originOf('discord-bot', 'channelId') ?? '');
  const answer = await ask.text('The id of the channel (Enter: later)', (text) =>
    text === '' ? undefined : faultOf(text),
  );
  return answer === '' ? undefined : answer;
}

async function askTelegram(world: World): Promise<Chosen> {
  const botToken = await secret('telegram', 'botToken', 'TELEGRAM_BOT_TOKEN', 'The token of the bot', world);
  const api = world.known('TELEGRAM_API_URL');
  const variables = { botToken, ...(api && { apiUrl: { name: 'TELEGRAM_API_URL', value: api.value } }) };
  const chatId = await askChat(botToken.value, api?.value, world);
  if (chatId !== undefined) return { kind: 'telegram', chatId, variables };
  return {
    kind: 'telegram',
    variables: { ...variables, chatId: { name: 'TELEGRAM_CHAT_ID', value: undefined } },
  };
}

/** `undefined`: later. */
async function askChat(
  token: string | undefined,
  apiUrl: string | undefined,
  world: World,
): Promise<string | undefined> {
  const { ask } = world;
  const known = world.known('TELEGRAM_CHAT_ID');
  if (known !== undefined && faultIn('telegram', 'chatId', known.value) === undefined)
    if (await ask.confirm(`Post into ${known.value}, the TELEGRAM_CHAT_ID of ${known.place}?`, true))
      return known.value;
  for (;;) {
    const way = await ask.choose('Which chat?', [
      ...(token === undefined
        ? []
        : [
            {
              value: 'find',
              label: 'Find it: I write to the bot now',
              hint: 'or something into the group or channel that it is in',
            } as const,
          ]),
      { value: 'type', label: 'I type it', hint: '@name of a public channel, or the number' },
      { value: 'later', label: 'Later' },
    ]);
    if (way === 'later') return undefined;
    if (way === 'type')
      return await ask.text('The @name of the channel, or the number of the chat', (answer) =>
        faultIn('telegram', 'chatId', answer),
      );
    const found = await findChat(token ?? '', apiUrl, world);
    if (found !== undefined) return found;
  }
}

/** `undefined`: not found. */
async function findChat(
  token: string,
  apiUrl: string | undefined,
  world: World,
): Promise<string | undefined> {
  const { ask } = world;
  if (!(await ask.confirm('Write something there now. Done?', true))) return undefined;
  const search = await world.findChats(token, apiUrl);
  if (world.isStopped()) throw new Cancelled();
  if ('fault' in search) {
    ask.tell('bad', search.fault);
    return undefined;
  }
  const [first, ...more] = search.chats;
  if (first === undefined) {
    ask.tell(
      'warning',
      'The bot has read nothing yet: write to it, or make it a member or administrator there and write something.',
    );
    return undefined;
  }
  if (more.length === 0) {
    ask.tell('good', `found: ${first.name} (${first.type}, ${first.id})`);
    return first.id;
  }
  const id = await ask.choose('Which of these?', [
    ...search.chats.map(({ id: value, name, type }) => ({ value, label: name, hint: `${type}, ${value}` })),
    { value: '', label: 'None of them' },
  ]);
  return id === '' ? undefined : id;
}
