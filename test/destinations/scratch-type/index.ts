/**
 * A destination type that is in no list of the program: made by the words of docs/source.md alone, to see that a type
 * says everything about itself. It says the same as `webhook` where both have the same.
 */
import { limitsOf, socketsOf } from '../../../src/destinations/common-options.ts';
import { destinationTypes } from '../../../src/destinations/index.ts';
import { noAnswer } from '../../../src/destinations/inquire.ts';
import { createDestinationTypes, destinationType } from '../../../src/destinations/registry.ts';
import { secretName } from '../../../src/platform/secret.ts';
import { good } from '../../../src/remark.ts';
import { type ScratchOptions, scratchOptions } from './options.ts';
import { compileScratch, renderScratchAlert, type ScratchMessage } from './render.ts';

export const scratch = destinationType<ScratchOptions, ScratchMessage>({
  schema: scratchOptions,
  about: 'A program that takes an order.',
  form: 'order',
  perTicker: true,
  takenBody: 'taken',
  manner: [],
  templated: ['form'],
  answerPatterns: [['success', 'formMatches']],
  patterns: { keys: ['uri'], aliases: ['scr'], secret: /sck_\w{6,}/g, publicPart: /^sck_(?=\w{6})/ },
  whereToGet: {
    uri: 'the address at which your program takes requests',
    secret: 'make one, and give it to your program too: echo "whsec_$(openssl rand -base64 32)"',
  },
  origin: ({ uri }) => new URL(uri.reveal()).origin,
  budgets: (options) => ({
    farEnd: secretName(options.uri.reveal()),
    broadest: new URL(options.uri.reveal()).origin,
    own: limitsOf(options) ?? [],
    shared: [socketsOf(new URL(options.uri.reveal()).origin, options)],
  }),
  compile: { news: compileScratch, alert: () => renderScratchAlert },
  preview: ({ uri }, { body, contentType }) => ({
    ...{ method: 'POST', url: `${new URL(uri.reveal()).origin}/order` },
    ...{ headers: { 'content-type': contentType }, body },
  }),
  inquire: async ({ uri, proxy, tls }, { inquiry, redact }) => {
    const { origin } = new URL(uri.reveal());
    const reached = await inquiry.reach(origin, { proxy, tls }, { key: origin, perSecond: 10 });
    return reached.kind === 'reached'
      ? [good('can be reached.', 'connected')]
      : [noAnswer(reached, { origin, key: 'uri', receiver: 'the bot' }, redact)];
  },
  open: async (options, deps) => new (await import('./send.ts')).ScratchSender(options, deps),
});

/** Those of the program, and this one. */
export const typesWithScratch = createDestinationTypes({
  ...Object.fromEntries(destinationTypes),
  scratch,
});
