/** A deadline of our own stands in for an AbortSignal wherever a request is made. */
import { expect, test } from 'vitest';
import { abortSignalOf, LightDeadline } from '../../src/platform/deadline.ts';

test('an abort calls each listener once, with the reason of the first abort', () => {
  const deadline = new LightDeadline();
  const called: unknown[] = [];
  const listenerOf = (name: string) => () => called.push(`${name} ${deadline.reason}`);
  const left = listenerOf('left');
  deadline.addEventListener('abort', left);
  deadline.addEventListener('abort', listenerOf('one'));
  deadline.addEventListener('abort', listenerOf('other'));
  deadline.removeEventListener('abort', left);
  expect(deadline.aborted).toBe(false);
  deadline.abort('timeout');
  deadline.abort('stop');
  expect(called.sort()).toEqual(['one timeout', 'other timeout']);
  expect(deadline.aborted).toBe(true);
});

test('a listener that is taken off is not called, whichever place it had', () => {
  const deadline = new LightDeadline();
  const called: string[] = [];
  const [first, second] = [() => called.push('first'), () => called.push('second')];
  deadline.addEventListener('abort', first);
  deadline.addEventListener('abort', second);
  deadline.removeEventListener('abort', second);
  deadline.abort('timeout');
  expect(called).toEqual(['first']);
});

test('the AbortSignal for a library aborts with it, before or after', () => {
  const later = new LightDeadline();
  const signal = abortSignalOf(later);
  expect(signal.aborted).toBe(false);
  later.abort('timeout');
  expect([signal.aborted, signal.reason]).toEqual([true, 'timeout']);
  expect(abortSignalOf(later).aborted).toBe(true);
  const own = new AbortController().signal;
  expect(abortSignalOf(own)).toBe(own);
});
