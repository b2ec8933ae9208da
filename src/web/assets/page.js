// Refreshes the page in place, and says so when it cannot: what is old must never look current.
'use strict';

const everyMs = 5_000;
const answerWithinMs = 4_000;
// A phone that slept shows a page of yesterday until the next answer.
const oldAfterMs = 3 * everyMs;

let shownAtMs = Date.now();

document.documentElement.classList.add('scripted');
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button.copy');
  if (button) void copyCommand(button);
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') wake();
});
window.addEventListener('pageshow', wake);
setTimeout(refreshForEver, everyMs);

async function refreshForEver() {
  await refresh();
  setTimeout(refreshForEver, everyMs);
}

function wake() {
  if (Date.now() - shownAtMs < oldAfterMs) return;
  lose('Asking for news');
  void refresh();
}

async function refresh() {
  try {
    const response = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(answerWithinMs) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    show(fresh);
  } catch {
    lose(`Not reachable since ${main().dataset.clock}`);
  }
}

function show(fresh) {
  const { generated, verdict } = fresh.querySelector('main').dataset;
  // Something between here and there answers with what it kept.
  if (generated === main().dataset.generated) throw new Error('an old page');
  const isNews = verdict !== main().dataset.verdict;
  const focused = document.activeElement;
  morph(main(), fresh.querySelector('main'));
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  document.title = fresh.title;
  setIcon(fresh.querySelector('link[rel=icon]').getAttribute('href'));
  shownAtMs = Date.now();
  if (document.body.classList.contains('lost')) say(`Reachable again. ${verdict}`);
  else if (isNews) say(verdict);
  document.body.classList.remove('lost');
}

/** From now on the page is known to be old. */
function lose(why) {
  const { clock } = main().dataset;
  document.body.classList.add('lost');
  say(`${why}. What is below was so at ${clock}, and may be otherwise now.`);
  if (!document.title.startsWith('?')) document.title = `? not reachable · ${document.title}`;
  setIcon('/assets/unknown.svg');
}

/** For the screen, and for screen readers, which read it once. */
function say(text) {
  const news = document.querySelector('#news');
  if (news.textContent !== text) news.textContent = text;
}

function main() {
  return document.querySelector('main');
}

function setIcon(href) {
  const icon = document.querySelector('link[rel=icon]');
  if (icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

/** Makes `old` look like `fresh`, and leaves alone what is the same already: focus, selection, what somebody opened. */
function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const keyed = new Map([...old.children].map((child) => [keyOf(child), child]));
  let next = old.firstChild;
  const all = Array.from(fresh.childNodes);
  for (const wanted of all) {
    const key = keyOf(wanted);
    const same = key === undefined ? (isAlike(next, wanted) ? next : undefined) : keyed.get(key);
    if (same === undefined) {
      old.insertBefore(wanted, next);
      continue;
    }
    if (same === next) next = next.nextSibling;
    else old.insertBefore(same, next);
    morph(same, wanted);
  }
  while (next !== null) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

/** What stays the same element although its neighbours change. */
function keyOf(node) {
  return node.dataset?.key ?? (node.nodeName === 'SECTION' ? node.getAttribute('aria-labelledby') : undefined);
}

function isAlike(node, wanted) {
  return node !== null && node.nodeName === wanted.nodeName && keyOf(node) === undefined;
}

async function copyCommand(button) {
  const code = button.previousElementSibling;
  const copied = await copy(code);
  button.textContent = copied ? 'Copied' : 'Selected';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2_000);
}

/** Over plain HTTP there is no clipboard but the one that an old call still fills from the selection. */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand('copy');
  }
}
