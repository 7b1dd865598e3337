// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpolate, isOnlyReferences, type VariableSource } from '../../src/config/interpolate.ts';
import { DESTINATIONS, ENV, FEEDS, load, problemsOf, RULES } from './load-text.ts';

const source = (variables: Readonly<Record<string, string>>): VariableSource => ({
  variable: (name) => variables[name],
  file: (path) => `file ${path}\n`,
  howToSet: (name) => `set ${name}`,
});
const expand = (literal: string, variables: Readonly<Record<string, string>> = {}) =>
  interpolate(literal, source(variables)).text;

describe('interpolation', () => {
  test.each([
    ['plain $5 {x}', 'plain $5 {x}'],
    ['${A}', 'a'],
    ['<${A}${A}>', '<aa>'],
    ['${B:-default}', 'default'],
    ['${E:-default}', 'default'],
    ['${A:-default}', 'a'],
    ['${B:-}', ''],
    ['${file:/run/x}', 'file /run/x'],
    ['$${A}', '${A}'],
    ['$$${A}', '$${A}'],
    ['${NESTED}', '${A}'],
    ['${B}', undefined],
    ['${E}', undefined],
    ['${A B}', undefined],
    ['${}', undefined],
    ['${A', undefined],
  ])('%s', (literal, expected) => {
    expect(expand(literal, { A: 'a', E: '', NESTED: '${A}' })).toBe(expected);
  });

  test('property: a value arrives as it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (value) => {
        expect(expand('<${A}>', { A: value })).toBe(`<${value}>`);
      }),
    );
  });

  test('property: a value can never inject YAML', () => {
    const fragment = fc.constantFrom(
      '\n',
      '  ',
      ': ',
      '- ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      '#',
      '&a',
      '*a',
      '!',
      '|',
      '${KEY}',
      'rules:',
      'x',
    );
    fc.assert(
      fc.property(fc.array(fragment, { minLength: 1, maxLength: 12 }), (fragments) => {
        const value = fragments.join('');
        // Quotes around a whole value are docker's, and left off.
        fc.pre(!/^(["']).*\1$/s.test(value));
        const { config, problems } = load(
          `${FEEDS}${DESTINATIONS}rules:
  - { name: \${VALUE}, match: { title: { not: "\${VALUE}" } }, send: bot }
`,
          { ...ENV, VALUE: value },
        );
        expect(problems).toEqual([]);
        expect(config?.rules[0]).toMatchObject({ name: value, match: { title: { not: value } } });
        expect(Object.keys(config?.destinations ?? {})).toEqual(['bot']);
        expect(config?.rules).toHaveLength(1);
      }),
    );
  });

  test('references need no quotes, even in { flow, style }', () => {
    const yaml = `server: { host: \${HOST:-::1}, port: 8787, token: \${ADMIN_TOKEN} }
store: { path: \${file:/run/x}/\${UNSET:-{[a, b]/c} }
${FEEDS}${DESTINATIONS}${RULES}`;
    const { config, problems } = load(yaml, { ...ENV, ADMIN_TOKEN: 'secret, }{' }, { '/run/x': '/data' });
    expect(problems).toEqual([]);
    expect(config?.store.path).toBe('/data/{[a, b]/c');
    expect(config?.server).toMatchObject({ host: '::1', port: 8787 });
    const { server } = config ?? {};
    expect(server ? server.token?.reveal() : undefined).toBe('secret, }{');
  });

  test('keys are left alone', () => {
    expect(problemsOf(load(`\${KEY}: 1\n${FEEDS}${DESTINATIONS}${RULES}`, ENV))).toEqual([
      '1:1: unknown key `${KEY}`',
    ]);
  });

  test('numbers and flags may come from variables', () => {
    const { config } = load(`server: { port: "\${PORT}" }\n${FEEDS}${DESTINATIONS}${RULES}`, {
      ...ENV,
      PORT: '9000',
    });
    expect(config?.server).toMatchObject({ port: 9000 });
  });

  test('.env beside the config is read; the environment wins, unless it is empty', () => {
    const yaml = `store: { path: "/\${A}/\${B}/\${C}" }\n${FEEDS}${DESTINATIONS}${RULES}`;
    const { config } = load(
      yaml,
      { ...ENV, A: 'env', C: '' },
      { '/etc/bridge/.env': 'A=file\nB="file"\nC=file\n' },
    );
    expect(config?.store.path).toBe('/env/file/file');
  });

  test('an unset variable says where to set it', () => {
    const { problems } = load(`${FEEDS}${DESTINATIONS}${RULES}`);
    expect(problems).toMatchObject([
      {
        line: 2,
        column: 13,
        message: 'the variable KEY is not set',
        hint: 'set it in the environment, or add a line KEY=… to /etc/bridge/.env (which does not exist yet)',
      },
    ]);
  });
});

test('regression: a long row of references is told from other text without trying every way to read it', () => {
  expect(isOnlyReferences('${file:-}'.repeat(60))).toBe(true);
  expect(isOnlyReferences(`${'${file:-}'.repeat(60)}x`)).toBe(false);
  expect(isOnlyReferences('${file}${file:-}${file:/run/secrets/x}${NAME:-}')).toBe(true);
  expect(isOnlyReferences('${NAME:-default}')).toBe(false);
});
