/** From an announcement to a Telegram message. Everything that can be decided at load is decided here, at load. */
import type { Liquid } from 'liquidjs';
import { createEngine } from '../../templates/engine.ts';
import { within } from '../../templates/problem.ts';
import type { TemplateOptions } from '../../templates/template.ts';
import { compileText } from '../../templates/template.ts';
import type { RenderInput } from '../../templates/variables.ts';
import { scopeOf, type TemplateScope } from '../../templates/variables.ts';
import type { Render } from '../destination.ts';
import { cutText } from '../presentation-cut.ts';
import { textOnly } from '../text-only.ts';
import type { TelegramButton, TelegramMessage } from './message.ts';
import type { TelegramOptions } from './options.ts';
import { compileButtons } from './render-buttons.ts';
import { checkMarkup } from './render-check.ts';
import { defaultButtons, defaultHtml, defaultPlain } from './render-default.ts';
import { escapeHtml, MarkupProblem, visibleText } from './render-markup.ts';
import { fitHtml, LONGEST_TEXT } from './truncate.ts';

export { previewTelegram } from './preview.ts';

const engine: Liquid = createEngine({ escape: escapeHtml, same: 'escape' });

type Text = Pick<TelegramMessage, 'text' | 'plain'>;

export function compileTelegram(
  options: Pick<TelegramOptions, 'buttons' | 'silent'>,
  template: TemplateOptions | undefined,
): Render<TelegramMessage> {
  const written = template === undefined ? undefined : compileBody(template);
  const buttons = options.buttons === undefined ? undefined : compileButtons(options.buttons);
  return (input) => {
    const scope = written || buttons ? scopeOf(input) : undefined;
    const text = (scope && written?.(scope)) ?? defaultText(input);
    return { ...text, buttons: buttonsOf(input, scope, buttons), silent: options.silent };
  };
}

function buttonsOf(
  input: RenderInput,
  scope: TemplateScope | undefined,
  buttons: ReturnType<typeof compileButtons> | undefined,
): readonly TelegramButton[] {
  return scope && buttons ? buttons(scope) : defaultButtons(input);
}

const defaultText = (input: RenderInput): Text => ({
  text: fitHtml(defaultHtml(input)),
  plain: cutText(defaultPlain(input), LONGEST_TEXT),
});

/** Nothing, when what comes out is empty (Telegram refuses that) or no longer sound. */
function compileBody(template: TemplateOptions): (scope: TemplateScope) => Text | undefined {
  const text = textOnly('Telegram', template);
  const render = within(['text'], () => {
    const compiled = compileText(engine, text);
    checkMarkup(text);
    return compiled;
  });
  return (scope) => {
    try {
      const html = render(scope);
      const plain = visibleText(html);
      if (plain.trim() === '') return undefined;
      return { text: fitHtml(html), plain: cutText(plain, LONGEST_TEXT) };
    } catch (error) {
      if (error instanceof MarkupProblem) return undefined;
      throw error;
    }
  };
}
