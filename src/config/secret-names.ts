/** Which keys, headers and variables have a name that announces a secret: `apiKey`, `BOT_TOKEN`, `X-Signature`, `pin`. */

const WORDS = new Set([
  ...['key', 'keys', 'token', 'tokens', 'secret', 'secrets', 'auth', 'authorization', 'cookie', 'cookies'],
  ...['pass', 'password', 'passwd', 'passphrase', 'passcode', 'pwd', 'pin', 'otp', 'totp', 'jwt', 'hmac'],
  ...['credential', 'credentials', 'signature', 'bearer', 'seed', 'mnemonic', 'webhook'],
]);

/** Inside a word that is written together: `apikey`, `mytoken`, `xpassword`. */
const INSIDE = /token|secret|passw|passphrase|passcode|apikey|credential|signature|authorization/;
const ENDS_IN_KEY = /[a-z]key$/;
/** English words that end in "key" and open nothing. */
const NO_KEYS = /^(mon|tur|don|hoc|joc|whis|hot|tur|lac|smo)key$/;

/** Of this program's own options: they speak of a key, and hold none. */
const ABOUT_KEYS = new Set(['keyExpiresWithin']);

/** Of ten thousand rules the names are always the same. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 10_000;

export function isSecretName(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = announces(name);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, answer);
  }
  return answer;
}

function announces(name: string): boolean {
  if (ABOUT_KEYS.has(name)) return false;
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some(
    (word) => WORDS.has(word) || INSIDE.test(word) || (ENDS_IN_KEY.test(word) && !NO_KEYS.test(word)),
  );
}
