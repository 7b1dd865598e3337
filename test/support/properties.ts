/** A property that fails may be shrunk for hours: after this long it is reported as far as it was shrunk. Less than the tests' own limit. */
import fc from 'fast-check';

fc.configureGlobal({ interruptAfterTimeLimit: 35_000, markInterruptAsFailure: true });
