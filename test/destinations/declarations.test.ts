/** The declarations of a destination type are true, and nobody outside its folder knows it by its name. */
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { secretKnowledge } from '../../src/config/secret-knowledge.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { programPatterns } from '../../src/destinations/patterns.ts';
import { files, text, withoutComments } from '../support/imports.ts';
import { typesWithScratch } from './scratch-type/index.ts';

const all = [...typesWithScratch];

describe.each(all)('%s', (name, type) => {
  const { schema, perTicker, templated, answerPatterns = [], patterns } = type;
  const { shape } = schema;

  test('its schema is for its name', () => {
    expect((shape['type'] as z.ZodLiteral).value).toBe(name);
  });

  test('it stands for one ticker exactly if it has the options for that', () => {
    expect('forEach' in shape && 'maxTickers' in shape).toBe(perTicker);
  });

  test('the options that it names are its own', () => {
    const named = [...templated, ...answerPatterns.map(([first = '']) => first), ...patterns.keys];
    expect(named.filter((key) => !(key in shape))).toEqual([]);
  });

  test('what it is recognised by, no other type has', () => {
    const others = all.filter(([other]) => other !== name).map(([, other]) => other);
    expect(patterns.keys.filter((key) => others.some((other) => key in other.schema.shape))).toEqual([]);
    expect(patterns.aliases.filter((word) => typesWithScratch.has(word))).toEqual([]);
  });

  test('its secrets are found in any text, and it has an option for one', () => {
    expect(patterns.secret?.flags).toContain('g');
    expect(secretKnowledge(new Map([[name, type]])).keys.destinations.size).toBeGreaterThan(0);
    expect(type.about).toMatch(/\.$/);
  });
});

test('the patterns that a crash is described with are those of the types', () => {
  expect(programPatterns).toEqual(Array.from(destinationTypes.values(), ({ patterns }) => patterns));
});

/** Why a file that is not the type's may write its name. */
const MAY_NAME: Readonly<Record<string, string>> = {
  'cli/demo-scene.ts': 'shows what each of its own stand-ins got',
  'cli/init-answers.ts': 'has one question after another for each of the three',
  'cli/init-config.ts': 'writes the lines of a first config for each',
  'cli/init-destination.ts': 'asks for what each needs, in words of its platform',
  'cli/init-given.ts': 'reads the variables of each from the environment',
  'cli/init-questions.ts': 'offers the three places',
  'cli/init-setup.ts': 'names them for the person who chooses',
  'config/secret-names.ts': 'a word in names of variables, as in SLACK_WEBHOOK',
};

test('no name of a type stands outside its folder', () => {
  const names = [...destinationTypes.keys()];
  const named = new RegExp(`(['"\`])(${names.join('|')})\\1`);
  const isOwn = (path: string) =>
    path.startsWith('simulator/') || names.some((name) => path.startsWith(`destinations/${name}/`));
  const found = files.filter((path) => !isOwn(path) && named.test(withoutComments(text(path))));
  expect(found).toEqual(Object.keys(MAY_NAME));
});
