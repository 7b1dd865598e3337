/** Test files share their processes: each leaves the process as it found it, or fails. */
import { afterAll, expect } from 'vitest';

const seen = () => ({ env: { ...process.env }, folder: process.cwd(), umask: process.umask() });

const before = seen();
afterAll(() => {
  expect(seen(), 'this file has changed its process, and not taken it back').toEqual(before);
});
