/** Whether a file is still the one that was read. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** SHA-256, hex; `unreadable` when it cannot be read. */
export function fileDigest(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'unreadable';
  }
}
