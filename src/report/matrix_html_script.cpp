#include "matrix_html_parts.hpp"

namespace tcpcraft::report {

// Texts come in as text nodes only, never as HTML. The lists of the data are read by position:
//   states      name, about
//   classes     name, group, what is sent
//   rules       name, section, says
//   deviations  id, sign, says, where and why
//   allowed     lists of: text of the outcome, rule
//   cells       state, class, family, verdict's letter, deviations, allowed, observed, differences, reason,
//               effects, place of the injected segment, trace: (microseconds, segment) ...
const std::string_view html_script = R"js(
(() => {
'use strict';
const $ = (id) => document.getElementById(id);
const data = JSON.parse($('data').textContent);
const phrases = {c: 'conforms', a: 'allowed alternative', d: 'known deviation', n: 'NEW deviation',
  v: 'vanished deviation', i: 'inconclusive'};
const signs = {c: '·', a: 'a', n: '!!', v: 'v', i: '?'};
const families = ['IPv4', 'IPv6'];
const table = $('matrix'), panel = $('panel');
const heads = [...table.tHead.rows[0].cells];
const text = (number) => data.text[number];

const cells = data.cells.map((c) => ({state: c[0], segment: c[1], family: c[2], verdict: c[3],
  deviations: c[4].map((d) => data.deviations[d]), allowed: data.allowed[c[5]], observed: text(c[6]),
  differences: c[7].map(text), reason: text(c[8]), effects: text(c[9]), injected: c[10], trace: c[11]}));
const places = new Map();  // by class and state: the pair of IPv4 and IPv6
for (const cell of cells) {
  const key = cell.segment + ' ' + cell.state;
  if (!places.has(key)) places.set(key, []);
  places.get(key)[cell.family] = cell;
}
const pairAt = (segment, state) => places.get(segment + ' ' + state);
const rows = [...table.querySelectorAll('tr[data-c]')];
const tds = (row) => [...row.cells].slice(1, -1);
const pairOf = (td) => pairAt(td.parentNode.dataset.c, td.cellIndex - 1);
const name = (cell) => data.states[cell.state][0] + ':' + data.classes[cell.segment][0];
const address = (cell) => name(cell) + ':' + families[cell.family];

function el(tag, options, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(options || {})) {
    if (key === 'class') node.className = value;
    else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

// ---- the table

const view = {family: 'both', verdicts: new Set(), words: []};
const sign = (cell) => cell.verdict === 'd' ? (cell.deviations.length ? cell.deviations[0][1] : 'D')
  : signs[cell.verdict];
const ids = (cell) => cell.deviations.map((d) => d[0]).join(' ');
const sameSign = (pair) => pair[0].verdict === pair[1].verdict && ids(pair[0]) === ids(pair[1]);
const inView = (pair) => (view.family === 'both' ? pair : [pair[view.family]]).filter(Boolean);

function draw(td) {
  const pair = pairOf(td);
  if (!pair) return;
  const list = inView(pair);
  const split = list.length === 2 && !sameSign(list);
  td.className = split ? 'x' : list.length ? list[0].verdict : 'e';
  td.replaceChildren(...(split ? list.map((cell) => el('i', {class: cell.verdict}, sign(cell)))
    : list.slice(0, 1).map(sign)));
}

function words(cell) {
  if (!cell.words) {
    const rules = cell.allowed.flatMap(([outcome, rule]) => [text(outcome), ...data.rules[rule]]);
    cell.words = [name(cell), families[cell.family], ...data.classes[cell.segment], phrases[cell.verdict],
      ...cell.deviations.flat(), ...rules, cell.observed, ...cell.differences, cell.reason]
      .join('\n').toLowerCase();
  }
  return cell.words;
}
const matches = (cell) => (!view.verdicts.size || view.verdicts.has(cell.verdict)) &&
  view.words.every((word) => words(cell).includes(word));

function apply() {
  const filtering = view.verdicts.size > 0 || view.words.length > 0;
  let found = 0, all = 0;
  for (const body of table.tBodies) {
    let bodyHas = false;
    for (const row of body.rows) {
      if (!row.dataset.c) continue;
      let has = false;
      for (const td of tds(row)) {
        const pair = pairOf(td), list = pair ? inView(pair) : [], hits = list.filter(matches);
        td.classList.toggle('off', filtering && list.length > 0 && hits.length === 0);
        all += list.length, found += hits.length, has ||= hits.length > 0;
      }
      row.hidden = filtering && !has;
      bodyHas ||= !row.hidden;
    }
    body.hidden = !bodyHas;
  }
  $('shown').value = filtering ? found + ' of ' + all + ' cells' : '';
}

function redraw() {
  for (const row of rows) tds(row).forEach(draw);
  apply();
}

// ---- one cell

let open = null;

function segmentLine(cell, number, time) {
  const line = text(cell.trace[2 * number + 1]), kernel = line[0] === 'k', injected = number === cell.injected;
  return el('li', {class: (kernel ? 'k' : 'p') + (injected ? ' j' : '')},
    el('span', {class: 't'}, (time / 1e6).toFixed(6)), el('span', {}, kernel ? 'kernel' : 'peer'),
    el('span', {}, line.slice(1), ...(injected ? [el('small', {}, '  ◀ the segment')] : [])));
}

function exchange(cell) {
  const lines = [];
  for (let i = 0, time = 0; 2 * i < cell.trace.length; ++i) {
    time += cell.trace[2 * i];
    lines.push(segmentLine(cell, i, time));
  }
  if (!lines.length) return [];
  const shown = 12, cut = cell.injected > 2 * shown ? cell.injected - 2 * shown : 0;
  const middle = lines.splice(shown, cut);
  const parts = [el('h3', {}, 'Exchange'), el('ol', {}, ...lines.splice(0, shown))];
  if (cut) parts.push(el('details', {}, el('summary', {}, cut + ' more segments of the set-up'), el('ol', {}, ...middle)));
  return [...parts, el('ol', {}, ...lines)];
}

function facts(entries) {
  const list = el('dl');
  for (const [term, value, more] of entries) {
    if (!value) continue;
    list.append(el('dt', {}, term), el('dd', {}, value, ...(more ? [el('br'), el('small', {}, more)] : [])));
  }
  return list;
}

function expectation(cell) {
  return cell.allowed.map(([outcome, number], i) => {
    const [rule, section, says] = data.rules[number];
    return [i ? 'or' : 'expected', text(outcome), rule && section + ': ' + says + ' [' + rule + ']'];
  });
}

function familyTabs(cell) {
  const pair = pairAt(cell.segment, cell.state).filter(Boolean);
  return el('p', {class: 'tabs'}, ...pair.map((other) => el('button', {type: 'button',
    'aria-pressed': other === cell, onclick: () => show(other)}, families[other.family] + ' ' + sign(other))));
}

function show(cell) {
  const [state, about] = data.states[cell.state];
  panel.replaceChildren(
    el('button', {type: 'button', class: 'close', 'aria-label': 'Close', onclick: close}, '✕'),
    el('h2', {}, name(cell)), familyTabs(cell),
    el('p', {}, el('i', {class: cell.verdict}, sign(cell)), el('b', {}, phrases[cell.verdict])),
    facts([['state', state, about], ['sent', data.classes[cell.segment][2]], ...expectation(cell),
      ['observed', cell.observed, cell.effects], ...cell.differences.map((d) => ['differs', d]),
      ...cell.deviations.map((d) => [d[0], d[2], d[3]]), ['why', cell.reason]]),
    ...exchange(cell), el('h3', {}, 'In a terminal'),
    el('code', {}, 'tcpcraft matrix --cell ' + name(cell) + ' -v'));
  panel.hidden = false;
  document.body.classList.add('open');
  select(cell);
  try { history.replaceState(null, '', '#' + encodeURI(address(cell))); } catch { /* not from a file */ }
}

const tdOf = (cell) => tds(rows[cell.segment])[cell.state];
function select(cell) {
  if (open) tdOf(open).removeAttribute('aria-selected');
  open = cell;
  if (cell) tdOf(cell).setAttribute('aria-selected', 'true');
}

function close() {
  if (!open) return;
  tdOf(open).focus();
  select(null);
  panel.hidden = true;
  document.body.classList.remove('open');
  try { history.replaceState(null, '', location.pathname + location.search); } catch { /* likewise */ }
}

function showAddress() {
  let wanted = '';
  try { wanted = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const cell = wanted && cells.find((c) => address(c) === wanted || name(c) === wanted);
  if (!cell) return;
  show(cell);
  tdOf(cell).scrollIntoView({block: 'center', inline: 'nearest'});
}

// ---- keys and pointer

const isCell = (node) => node instanceof HTMLTableCellElement && node.hasAttribute('tabindex');
function openAt(td) {
  const pair = isCell(td) && pairOf(td);
  if (!pair) return;
  const list = inView(pair);
  if (list.length) show(list.find(matches) || list[0]);
}

function focusCell(td) {
  if (!isCell(td)) return;
  table.querySelector('td[tabindex="0"]').tabIndex = -1;
  td.tabIndex = 0;
  td.focus();
}

function neighbour(td, across, down) {
  const list = rows.filter((row) => !row.hidden);
  let line = list.indexOf(td.parentNode), column = td.cellIndex;
  do {
    line += down, column += across;
    const next = list[line] && list[line].cells[column];
    if (!next || isCell(next)) return next;
  } while (true);
}

table.addEventListener('keydown', (event) => {
  const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  if (!isCell(event.target)) return;
  if (moves[event.key]) focusCell(neighbour(event.target, ...moves[event.key]));
  else if (event.key === 'Enter' || event.key === ' ') openAt(event.target);
  else return;
  event.preventDefault();
  if (open && moves[event.key]) openAt(document.activeElement);
});
table.addEventListener('click', (event) => {
  const td = event.target.closest('td');
  if (!isCell(td)) return;
  focusCell(td);
  openAt(td);
});
function point(event) {
  const td = event.target.closest('td');
  heads.forEach((head, i) => head.classList.toggle('on', isCell(td) && td.cellIndex === i));
  if (!isCell(td)) return;
  const list = inView(pairOf(td));
  td.title = heads[td.cellIndex].textContent + ':' + td.parentNode.cells[0].textContent.trim() + '\n' +
    list.map((cell) => families[cell.family] + ': ' + phrases[cell.verdict] + ' ' + ids(cell)).join('\n');
}
table.addEventListener('mouseover', point);
table.addEventListener('focusin', point);
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
addEventListener('hashchange', showAddress);

// ---- filters

$('search').addEventListener('input', (event) => {
  view.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  apply();
});
$('controls').addEventListener('submit', (event) => event.preventDefault());
$('controls').addEventListener('change', (event) => {
  if (event.target.name !== 'family') return;
  view.family = event.target.value;
  redraw();
});
for (const button of document.querySelectorAll('button[data-v]')) {
  const verdict = button.dataset.v;
  button.disabled = false;
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    if (!view.verdicts.delete(verdict)) view.verdicts.add(verdict);
    button.setAttribute('aria-pressed', view.verdicts.has(verdict));
    apply();
  });
}
for (const button of document.querySelectorAll('button[data-q]')) {
  button.disabled = false;
  button.addEventListener('click', () => {
    $('search').value = button.dataset.q;
    $('search').dispatchEvent(new Event('input'));
    $('search').scrollIntoView({block: 'center'});
  });
}

for (const row of rows) for (const td of tds(row)) if (pairOf(td)) td.tabIndex = -1;
const first = table.querySelector('td[tabindex]');
if (first) first.tabIndex = 0;
table.setAttribute('role', 'grid');
$('controls').hidden = $('hint').hidden = false;
showAddress();
})();
)js";

}  // namespace tcpcraft::report
