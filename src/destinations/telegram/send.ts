/**
 * Sends through telegraf's `Telegram`, with its one transport function replaced: the original gives a call
 * 500 s, hangs on a cut answer and quotes the token in its errors. The path carries the token.
 */
import { Telegram, TelegramError } from 'telegraf';
import type { AttemptResult } from '../../delivery/outcome.ts';
import type { SendContext } from '../../delivery/sender.ts';
import type { FarEnd } from '../../http/advice.ts';
import type { HttpConnection } from '../../http/connection.ts';
import { farEndWallMs } from '../../http/retry-after.ts';
import { HttpCarrier, NoAnswer } from '../carrier.ts';
import type { Destination, DestinationDeps } from '../destination.ts';
import { withConnect, withoutAnswer } from '../http-outcome.ts';
import { senderConnection } from '../sender-connection.ts';
import { parseTelegram } from './answer.ts';
import type { TelegramMessage } from './message.ts';
import type { TelegramOptions } from './options.ts';
import { movedAdvice, telegramOutcome } from './outcome.ts';
import { botBudgetKey, chatKey } from './rate-limits.ts';
import { markedAsSample } from './sample-mark.ts';

type CallApi = Telegram['callApi'];
type SendOptions = NonNullable<Parameters<Telegram['sendMessage']>[2]>;

class BridgeTelegram extends Telegram {
  readonly #carrier: HttpCarrier;
  readonly #pathPrefix: string;
  readonly #userAgent: string;

  constructor(token: string, api: URL, carrier: HttpCarrier, userAgent: string) {
    super(token);
    this.#carrier = carrier;
    this.#pathPrefix = `${api.pathname.replace(/(?<!\/)\/+$/, '')}/bot${token}/`;
    this.#userAgent = userAgent;
  }

  override async callApi<M extends Parameters<CallApi>[0]>(
    method: M,
    payload: Parameters<typeof Telegram.prototype.callApi<M>>[1],
  ): ReturnType<typeof Telegram.prototype.callApi<M>> {
    const result = await this.#carrier.send({
      method: 'POST',
      path: this.#pathPrefix + method,
      headers: { 'content-type': 'application/json', 'user-agent': this.#userAgent },
      body: JSON.stringify(payload),
    });
    const answer = result.kind === 'answer' ? parseTelegram(result.bodyText) : undefined;
    if (answer === undefined) throw new NoAnswer();
    if (!answer.ok)
      throw new TelegramError({
        error_code: answer.error_code ?? 0,
        description: answer.description ?? '',
      });
    // The Bot API promises the result that the method's type names.
    return answer.result as Awaited<ReturnType<typeof Telegram.prototype.callApi<M>>>;
  }
}

export class TelegramSender implements Destination<TelegramMessage> {
  readonly #connection: HttpConnection;
  readonly #carrier: HttpCarrier;
  readonly #telegram: BridgeTelegram;
  readonly #extra: SendOptions;
  readonly #botBudget: string;
  readonly #deps: DestinationDeps;
  readonly #farEnd: FarEnd;
  readonly #chatKey: string;
  /** A group that becomes a supergroup gets a new id; the config still has the old one. */
  #chatId: number | string;

  constructor(options: TelegramOptions, deps: DestinationDeps) {
    const api = new URL(options.apiUrl);
    this.#connection = senderConnection(api.origin, options, deps);
    this.#carrier = new HttpCarrier(this.#connection);
    const userAgent = `listing-bridge/${deps.version}`;
    this.#telegram = new BridgeTelegram(options.botToken.reveal(), api, this.#carrier, userAgent);
    this.#extra = {
      link_preview_options: { is_disabled: true },
      protect_content: options.protectContent,
      ...(options.topicId !== undefined && { message_thread_id: options.topicId }),
    };
    this.#botBudget = botBudgetKey(options);
    this.#deps = deps;
    this.#farEnd = { origin: api.origin, key: 'apiUrl', receiver: 'what should answer there' };
    this.#chatKey = chatKey(options);
    this.#chatId = options.chatId;
    const movedTo = deps.memory?.recall(this.#chatKey);
    if (movedTo === undefined || !Number.isSafeInteger(Number(movedTo))) return;
    this.#chatId = Number(movedTo);
    deps.advise?.(deps.name, movedAdvice(options.chatId, this.#chatId));
  }

  get atOnce(): number {
    return this.#connection.atOnce;
  }

  async send(message: TelegramMessage, context: SendContext): Promise<AttemptResult> {
    const { redact, clock } = this.#deps;
    const { plain, sample } = context;
    const text = plain ? message.plain : message.text;
    const chatId = this.#chatId;
    const { result, thrown } = await this.#carrier.carry(context, () =>
      this.#telegram.sendMessage(chatId, sample ? markedAsSample(text, plain) : text, {
        ...this.#extra,
        disable_notification: message.silent,
        // In the plain form without buttons: a refused button would be refused again.
        ...(plain ? {} : { parse_mode: 'HTML', ...keyboard(message) }),
      }),
    );
    if (result === undefined) throw new Error('telegraf failed before it sent anything', { cause: thrown });
    if (result.kind !== 'answer') return withoutAnswer(result, this.#farEnd, redact);
    const { movedTo, ...outcome } = telegramOutcome(result, {
      plain,
      chatId,
      botBudget: this.#botBudget,
      wallNowMs: farEndWallMs(result.headers, clock.wallMs()),
      redact,
    });
    if (movedTo !== undefined && movedTo !== this.#chatId) this.#follow(movedTo);
    return withConnect(result, outcome);
  }

  /** From now on, and after a restart; the config stays wrong until somebody corrects it. */
  #follow(chatId: number): void {
    const { memory, advise, name } = this.#deps;
    advise?.(name, movedAdvice(this.#chatId, chatId));
    this.#chatId = chatId;
    memory?.keep(this.#chatKey, String(chatId));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function keyboard({ buttons }: TelegramMessage): Pick<SendOptions, 'reply_markup'> {
  return buttons.length === 0
    ? {}
    : { reply_markup: { inline_keyboard: buttons.map(({ text, url }) => [{ text, url }]) } };
}
