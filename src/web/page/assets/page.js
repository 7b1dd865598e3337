// @ts-check
/**
 * What a page does by itself: ages count on, and rows come as things happen, each in the place of the one with its id, new
 * ones on top. Without this script a page is whole, and as old as its load.
 */
const path = document.body.dataset['live'];
const mark = document.querySelector('.live');

/** @type {readonly (readonly [string, number])[]} */
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

/** In at most two units, as the server writes it. @param {number} ms */
function lasting(ms) {
  let rest = Math.max(0, Math.floor(ms / 1000));
  const first = UNITS.findIndex(([, seconds]) => rest >= seconds);
  if (first < 0) return '0s';
  let text = '';
  for (const [unit, seconds] of UNITS.slice(first, first + 2)) {
    const amount = Math.floor(rest / seconds);
    rest -= amount * seconds;
    if (amount > 0) text += amount + unit;
  }
  return text;
}

/** When each was first seen, by this browser's clock: it need not agree with the server's. @type {WeakMap<Element, number>} */
const seen = new WeakMap();

/** @param {HTMLElement} time */
function wordsOf(time) {
  const since = seen.get(time) ?? Date.now();
  seen.set(time, since);
  const ms = Number(time.dataset['ms']);
  const passed = Date.now() - since;
  switch (time.dataset['age']) {
    case 'ago':
      return ms + passed < 1000 ? 'just now' : `${lasting(ms + passed)} ago`;
    case 'for':
      return `for ${lasting(ms + passed)}`;
    case 'left':
      return ms > passed ? `${lasting(ms - passed + 999)} left` : 'over';
    default:
      return ms > passed ? `in ${lasting(ms - passed + 999)}` : 'now';
  }
}

/** @param {ParentNode} [within] */
function countOn(within = document) {
  for (const time of within.querySelectorAll('time[data-age]')) {
    if (!(time instanceof HTMLElement)) continue;
    const words = wordsOf(time);
    if (time.textContent !== words) time.textContent = words;
  }
}

countOn();
setInterval(() => document.hidden || countOn(), 1000);
document.addEventListener('visibilitychange', () => document.hidden || countOn());

/** @param {boolean} isOn @param {string} words */
function tell(isOn, words) {
  if (!(mark instanceof HTMLElement)) return;
  mark.hidden = false;
  mark.classList.toggle('is-on', isOn);
  mark.classList.toggle('is-off', !isOn);
  if (mark.textContent !== words) mark.textContent = words;
}

/** Of a list that is looked at all day. */
const MOST_ROWS = 200;

/** Whoever points at something in it, or has it open, or copies it, is not disturbed. @param {Element} row */
function isInUse(row) {
  const selection = getSelection();
  return (
    (row.contains(document.activeElement) && document.activeElement !== document.body) ||
    (selection !== null && !selection.isCollapsed && selection.containsNode(row, true))
  );
}

/** @param {string} text */
function place(text) {
  const template = document.createElement('template');
  template.innerHTML = text;
  const row = template.content.firstElementChild;
  if (row === null) return;
  countOn(row);
  const old = document.getElementById(row.id);
  if (old !== null) {
    if (!isInUse(old)) old.replaceWith(row);
    return;
  }
  const name = row.getAttribute('data-into') ?? '';
  const into = document.getElementById(name);
  if (into === null) {
    // The first one: there is no table yet.
    if (document.querySelector(`[data-awaits="${name}"]`) !== null) location.reload();
    return;
  }
  row.classList.add('is-new');
  into.prepend(row);
  while (into.childElementCount > MOST_ROWS) into.lastElementChild?.remove();
}

/** For a browser that has given up: in ms. */
const AGAIN_MS = 5000;

/** @param {string} from */
function follow(from) {
  const source = new EventSource(from);
  source.addEventListener('open', () => tell(true, 'live'));
  source.addEventListener('error', () => {
    tell(false, 'not live: the bridge cannot be reached, connecting again');
    // It was refused, not only cut.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS, from);
  });
  source.addEventListener('row', (event) => place(event.data));
  // Too much was missed for it to be sent again.
  source.addEventListener('reset', () => location.reload());
}

if (path !== undefined) follow(path);
