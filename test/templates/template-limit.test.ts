/** The bound of a template's work, which is in wall time, and a machine that stands still meanwhile. */
import { afterEach, expect, test, vi } from 'vitest';
import { compilePlain } from '../../src/templates/template.ts';
import { scopeOf } from '../../src/templates/variables.ts';
import { inputOf } from '../destinations/render-support.ts';

afterEach(() => vi.restoreAllMocks());

const scope = (title: string) => scopeOf(inputOf({ title }));

test('regression: a process that gets no turn for seconds while it renders still sends its message', () => {
  const template = compilePlain('{{ title }} {{ title }} {{ title }}');
  const now = performance.now.bind(performance);
  let asked = 0;
  let aheadMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    if (++asked === 3) aheadMs = 5000;
    return now() + aheadMs;
  });
  expect(template(scope('A'))).toBe('A A A');
  expect(asked).toBeGreaterThan(3);
});

test('a loop that never ends is ended, also at the second try', () => {
  const digits = '(0..99)';
  const template = compilePlain(
    `{% if title == 'X' %}${`{% for i in ${digits} %}`.repeat(6)}.${'{% endfor %}'.repeat(6)}{% endif %}{{ title }}`,
  );
  expect(template(scope('A'))).toBe('A');
  expect(() => template(scope('X'))).toThrow(/limit exceeded/);
});
