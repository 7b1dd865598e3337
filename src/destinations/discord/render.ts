/** From an announcement to a Discord message: an embed, or the user's own text as `content`. */
import type { AllowedMentionsTypes, APIAllowedMentions } from 'discord.js';
import type { Liquid } from 'liquidjs';
import { createEngine } from '../../templates/engine.ts';
import { within } from '../../templates/problem.ts';
import type { TemplateOptions } from '../../templates/template.ts';
import { compilePlain, compileText } from '../../templates/template.ts';
import type { RenderInput } from '../../templates/variables.ts';
import { scopeOf } from '../../templates/variables.ts';
import type { Render } from '../destination.ts';
import { headlineOf } from '../presentation.ts';
import { cutText } from '../presentation-cut.ts';
import { textOnly } from '../text-only.ts';
import { escapeMarkdown } from './escape.ts';
import { type DiscordBody, type DiscordMessage, SUPPRESS_NOTIFICATIONS } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { defaultContent, defaultEmbed, LIMITS } from './render-default.ts';
import { cutMarkdown } from './truncate.ts';

export { previewDiscord } from './preview.ts';

/** `url` is checked and has no character left that Markdown could read; with backslashes it would lead elsewhere. */
const engine: Liquid = createEngine({ escape: escapeMarkdown, escapeUrl: (url) => url, same: 'escape' });

type Options = Pick<DiscordOptions, 'mention' | 'silent' | 'username' | 'avatarUrl' | 'threadName'>;

/** As who it is posted: may be refused. */
export const senderOf = ({ username, avatarUrl }: Pick<Options, 'username' | 'avatarUrl'>) => ({
  ...(username !== undefined && { username }),
  ...(avatarUrl !== undefined && { avatar_url: avatarUrl }),
});

export const flagsOf = ({ silent }: Pick<Options, 'silent'>) => silent && { flags: SUPPRESS_NOTIFICATIONS };

export function compileDiscord(
  options: Options,
  template: TemplateOptions | undefined,
): Render<DiscordMessage> {
  const mention = mentionOf(options.mention);
  const room = LIMITS.content - mention.text.length - 1;
  const common = {
    allowed_mentions: mention.allowed,
    ...flagsOf(options),
  };
  const identity = senderOf(options);
  const thread = compileThread(options);
  const written = template === undefined ? undefined : compileContent(template, room);
  const content = (text: string) => (mention.text === '' ? text : `${mention.text} ${text}`);
  const embedded = mention.text === '' ? {} : { content: mention.text };

  return (input) => {
    const text = written?.(input);
    const form = { ...common, ...thread(input) };
    const body: DiscordBody =
      text === undefined
        ? { ...embedded, embeds: [defaultEmbed(input)], ...identity, ...form }
        : { content: content(text), ...identity, ...form };
    // Without the name and picture too: they may be what was refused.
    return { body, plain: { content: content(defaultContent(input, room)), ...form } };
  };
}

/** A forum takes a message only as the first of a new thread. */
function compileThread({ threadName }: Options): (input: RenderInput) => { readonly thread_name?: string } {
  if (threadName === undefined) return () => ({});
  const name = within(['threadName'], () => compilePlain(threadName));
  return (input) => ({ thread_name: threadNameOf(name(scopeOf(input))) || threadNameOf(headlineOf(input)) });
}

/** On one line, for it is a title. */
export const threadNameOf = (text: string): string =>
  cutText(text.toWellFormed().replaceAll(/\s+/g, ' ').trim(), LIMITS.threadName);

/** Nothing, when what comes out is empty: Discord refuses that. */
function compileContent(
  template: TemplateOptions,
  limit: number,
): (input: RenderInput) => string | undefined {
  const source = textOnly('Discord', template);
  const render = within(['text'], () => compileText(engine, source));
  return (input) => {
    const text = render(scopeOf(input)).trim();
    return text === '' ? undefined : cutMarkdown(text.toWellFormed(), limit);
  };
}

interface Mention {
  readonly text: string;
  readonly allowed: APIAllowedMentions;
}

/** Mentions are allowed twice, in the text and in `allowed_mentions`, so that no title can add to them. */
function mentionOf(mention: string | undefined): Mention {
  const [kind, id] = mention?.split(':') ?? [];
  if (kind === 'everyone' || kind === 'here')
    // The enum's value; the enum itself lives in discord.js, which is not loaded for rendering.
    return { text: `@${kind}`, allowed: { parse: ['everyone' as AllowedMentionsTypes.Everyone] } };
  if (kind === 'role' && id !== undefined) return { text: `<@&${id}>`, allowed: { parse: [], roles: [id] } };
  if (kind === 'user' && id !== undefined) return { text: `<@${id}>`, allowed: { parse: [], users: [id] } };
  return { text: '', allowed: { parse: [] } };
}
