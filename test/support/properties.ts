/** A property that fails may be shrunk for hours: after this long it is reported as far as it was shrunk. Less than the tests' own limit. */
import fc from 'fast-check';
import { TEST_MS } from './limits.ts';

fc.configureGlobal({ interruptAfterTimeLimit: TEST_MS - 5000, markInterruptAsFailure: true });
