// @ts-check
/**
 * Rows as they come: each replaces the one with its id, and a new one goes on top. Without this script the page is whole,
 * and as old as its load.
 */
const path = document.body.dataset['live'];
const mark = document.querySelector('.live');

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

/** @param {string} text */
function place(text) {
  const template = document.createElement('template');
  template.innerHTML = text;
  const row = template.content.firstElementChild;
  if (row === null) return;
  const old = document.getElementById(row.id);
  if (old !== null) {
    // Whoever points at something in it, or has it open, is not disturbed.
    if (!old.contains(document.activeElement) || document.activeElement === document.body)
      old.replaceWith(row);
    return;
  }
  const into = document.getElementById(row.getAttribute('data-into') ?? '');
  if (into === null) return;
  row.classList.add('is-new');
  into.prepend(row);
  while (into.childElementCount > MOST_ROWS) into.lastElementChild?.remove();
}

if (path !== undefined) {
  const source = new EventSource(path);
  source.addEventListener('open', () => tell(true, 'live'));
  source.addEventListener('error', () => tell(false, 'not live: connecting again'));
  source.addEventListener('row', (event) => place(event.data));
  // Too much was missed for it to be sent again.
  source.addEventListener('reset', () => location.reload());
}
