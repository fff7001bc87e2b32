'use strict';
// The page is told all it shows by the JSON in #data; nothing is fetched.
const data = JSON.parse(document.getElementById('data').textContent);
const zh = data.lang.startsWith('zh');
const say = (chinese, english) => zh ? chinese : english;
const colours = {
  Region: '#1f9d7a', Park: '#8a9a12', Company: '#3a7fc4', Government: '#d2603a', Institution: '#2f9fce', Organization: '#d4607c',
  Platform: '#a0a015', Program: '#c9a41c', Document: '#8a8a8a', Project: '#6f9440', Industry: '#8f63b8', Event: '#cf8452', Product: '#6079bd',
  Person: '#4a4aa0',
};
const verdicts = {
  hit: say('正确', 'right'), partial: say('部分正确', 'partly right'), missed: say('漏掉', 'missed'),
  spurious: say('多出', 'spurious'), uncounted: say('不计', 'not counted'),
};
const labelOf = {};
for (const group of Object.values(data.labels)) for (const { key, label } of group) labelOf[key] = label;
const percent = (value) => (100 * value).toFixed(1);
const stageOf = Object.fromEntries(data.labels.kinds.map((kind) => [kind.key, kind.stage]));

/** An element with attributes and children; strings become text, never markup. */
function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'style') node.style.cssText = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const table = (heads, rows) => el('table', {},
  el('thead', {}, el('tr', {}, heads.map((head) => el(head.n ? 'th.n' : 'th', {}, head.n ?? head)))), el('tbody', {}, rows));
// Beside a bar: as wide as the widest, so that the bars stand below one another.
const number = (text) => el('span.number', {}, text);
const bar = (share, bad) => el(bad ? 'span.bar.bad' : 'span.bar', {}, el('i', { style: `width:${Math.round(100 * share)}%` }));
const tag = (verdict, text) => el(`span.tag.${verdict}`, {}, text ?? verdicts[verdict]);

const state = {
  tab: 'overview', at: 0, search: '', sort: 'order', kind: '', lit: null,
  types: new Set(data.labels.types.map((type) => type.key)),
  verdicts: new Set(['hit', 'partial', 'missed', 'spurious', 'uncounted']),
};

// The address remembers what is shown: #a01 is an article.
function follow() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const at = data.articles.findIndex((article) => article.id === wanted);
  if (at >= 0) Object.assign(state, { tab: 'articles', at });
  else if (wanted === 'articles') state.tab = 'articles';
  draw();
}

function draw() {
  document.getElementById('tabs').replaceChildren(...[['overview', say('总览', 'Overview')], ['articles', say('文章', 'Articles')]]
    .map(([key, label]) => el('button', { role: 'tab', 'aria-selected': state.tab === key, onclick: () => { state.tab = key; draw(); } }, label)));
  document.getElementById('main').replaceChildren(...(state.tab === 'overview' ? overview() : [articles()]));
}

// ---- Overview

function overview() {
  const { measures, macro_f1 } = data.measured;
  const cards = data.labels.measures.map(({ key, label }) => {
    const m = measures[key], [low, high] = [m.f1_interval?.low ?? m.f1, m.f1_interval?.high ?? m.f1];
    return el('.card', {}, el('span', {}, label), el('b', {}, percent(m.f1)),
      el('.range', {}, el('i', { style: `left:${100 * low}%;width:${Math.max(0.5, 100 * (high - low))}%` }), el('u', { style: `left:${100 * m.f1}%` })),
      el('small', {}, `95 %: ${percent(low)} – ${percent(high)}`),
      el('small', {}, say(`准确率 ${percent(m.precision)} · 召回率 ${percent(m.recall)}`, `precision ${percent(m.precision)} · recall ${percent(m.recall)}`)),
      el('small', {}, say(`标注 ${m.gold} · 找到 ${m.predicted} · 正确 ${m.hits}`, `gold ${m.gold} · found ${m.predicted} · right ${m.hits}`)));
  });
  const intro = say(`${data.articles.length} 篇文章 · F1 及其 95 % 区间（按文章自助抽样）· 各篇实体 F1 的平均 ${percent(macro_f1)}`,
    `${data.articles.length} articles · F1 with its 95 % interval (bootstrap over articles) · mean F1 of entities an article ${percent(macro_f1)}`);
  return [
    el('p.faint', {}, intro), el('.cards', {}, cards),
    el('.grid', {},
      box(say('错误种类', 'Kinds of errors'), kindTable(), say('点击查看有此类错误的文章', 'click for the articles that have them')),
      box(say('实体，按类型', 'Entities by type'), tallies(data.measured.by_type, true)),
      box(say('关系，按谓词', 'Relations by predicate'), tallies(data.measured.by_predicate)),
      box(say('置信度是否可信', 'Does confidence hold?'), reliability(), say('点在对角线上为准', 'points on the diagonal do'))),
    el('section.detectors', {}, box(say('按提出者', 'By detector'), detectorTable(), say('哪些检测器提出，其中正确的百分比', 'which voted, and the share that is right'))),
  ];
}
const box = (title, content, note) => el('.box', {}, el('h2', {}, title, note ? el('small', {}, note) : null), content);

function tallies(of, coloured) {
  const rows = Object.entries(of).sort((a, b) => b[1].gold - a[1].gold).map(([key, t]) => el('tr', {},
    el('td', {}, coloured ? el('span', { style: `color:${colours[key]}` }, '■ ') : null, labelOf[key] ?? key),
    el('td.n', {}, bar(t.f1), number(percent(t.f1))), el('td.n', {}, percent(t.precision)), el('td.n', {}, percent(t.recall)),
    el('td.n.faint', {}, `${t.hits} / ${t.gold} / ${t.predicted}`)));
  return table(['', { n: 'F1' }, { n: say('准确率', 'prec.') }, { n: say('召回率', 'recall') }, { n: say('正确/标注/找到', 'right/gold/found') }], rows);
}

function kindTable() {
  const most = Math.max(1, ...Object.values(data.measured.errors));
  const rows = data.labels.kinds.filter(({ key }) => data.measured.errors[key]).sort((a, b) => data.measured.errors[b.key] - data.measured.errors[a.key])
    .map(({ key, label }) => el('tr.link', { onclick: () => { Object.assign(state, { tab: 'articles', kind: key }); const first = listed()[0]; if (first !== undefined) state.at = first; draw(); } },
      el('td', {}, label), el('td.n', {}, bar(data.measured.errors[key] / most, true), number(String(data.measured.errors[key])))));
  return table([say('种类', 'kind'), { n: say('次数', 'count') }], rows);
}

function detectorTable() {
  const rows = Object.entries(data.measured.by_detector).sort((a, b) => b[1].mentions - a[1].mentions).map(([key, t]) => {
    const share = (right, all) => all ? [bar(right / all), number(percent(right / all))] : ['–'];
    return el('tr', {}, el('td', {}, key.replaceAll('+', ' + ')), el('td.n', {}, share(t.mentions_right, t.mentions)), el('td.n.faint', {}, String(t.mentions)),
      el('td.n', {}, share(t.entities_right, t.entities)), el('td.n.faint', {}, String(t.entities)));
  });
  return table(['', { n: say('提及正确', 'mentions') }, { n: 'n' }, { n: say('实体正确', 'entities') }, { n: 'n' }], rows);
}

function reliability() {
  const svg = (name, attributes, ...children) => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  const charts = data.labels.sure.map(({ key, label }) => {
    const bins = data.measured.reliability[key].bins, most = Math.max(1, ...bins.map((bin) => bin.facts));
    const all = bins.reduce((sum, bin) => sum + bin.facts, 0);
    const apart = bins.reduce((sum, bin) => sum + (bin.facts ? Math.abs(bin.right - bin.confidence) : 0), 0) / Math.max(1, all);
    const x = (value) => 22 + 170 * value, y = (value) => 150 - 140 * value;
    const points = bins.map((bin, at) => ({ ...bin, at })).filter((bin) => bin.facts);
    const path = points.map((bin, at) => `${at ? 'L' : 'M'}${x(bin.confidence / bin.facts)},${y(bin.right / bin.facts)}`).join('');
    const dots = points.map((bin) => svg('circle', { cx: x(bin.confidence / bin.facts), cy: y(bin.right / bin.facts), r: 2 + 5 * Math.sqrt(bin.facts / most), fill: 'var(--accent)', 'fill-opacity': 0.75 },
      svg('title', {}, `${(bin.at / 10).toFixed(1)}–${((bin.at + 1) / 10).toFixed(1)}: ${bin.right} / ${bin.facts} = ${percent(bin.right / bin.facts)} %`)));
    const marks = [0, 0.5, 1].flatMap((value) => [svg('text', { x: 2, y: y(value) + 3 }, String(100 * value)), svg('text', { x: x(value) - 5, y: 162 }, String(100 * value))]);
    return el('figure', {}, el('figcaption', {}, `${label} · ${say('平均偏差', 'mean error')} ${percent(apart)}`),
      svg('svg', { viewBox: '0 0 205 166', role: 'img', 'aria-label': label },
        svg('rect', { x: 22, y: 10, width: 170, height: 140, fill: 'none', stroke: 'var(--line)' }),
        svg('line', { x1: x(0), y1: y(0), x2: x(1), y2: y(1), stroke: 'var(--faint)', 'stroke-dasharray': '3 3' }),
        svg('path', { d: path, fill: 'none', stroke: 'var(--accent)', 'stroke-width': 1.5 }), ...dots, ...marks));
  });
  return el('.charts', {}, charts);
}

// ---- Articles

/** Places of the articles that the search and the kind of error leave, in the order asked for. */
function listed() {
  const found = data.articles.map((_, at) => at).filter((at) => {
    const article = data.articles[at];
    const words = `${article.id} ${article.title} ${article.text}`.toLowerCase();
    return words.includes(state.search.toLowerCase()) && (!state.kind || article.faults.some((fault) => fault.kind === state.kind));
  });
  const by = {
    order: () => 0, errors: (a, b) => data.articles[b].faults.length - data.articles[a].faults.length,
    entity: (a, b) => data.articles[a].f1[0] - data.articles[b].f1[0], relation: (a, b) => data.articles[a].f1[2] - data.articles[b].f1[2],
    figure: (a, b) => data.articles[a].f1[5] - data.articles[b].f1[5],
  };
  return found.sort(by[state.sort]);
}

function articles() {
  const list = el('div', { id: 'list' }), pane = el('div', { id: 'pane' });
  const show = (at) => {
    state.at = at;
    history.replaceState(null, '', `#${encodeURIComponent(data.articles[at].id)}`);
    for (const button of list.children) button.setAttribute('aria-current', button.dataset.at === String(at));
    pane.replaceChildren(...article(data.articles[at]));
  };
  const fill = () => {
    const places = listed();
    list.replaceChildren(...places.map((at) => {
      const a = data.articles[at];
      const count = state.kind ? a.faults.filter((fault) => fault.kind === state.kind).length : a.faults.length;
      return el('button', { 'data-at': at, 'aria-current': at === state.at, onclick: () => show(at) }, a.title,
        el('small', {}, el('span', {}, a.id), el('span', { title: labelOf.entity }, `E ${percent(a.f1[0])}`), el('span', { title: labelOf.relation }, `R ${percent(a.f1[2])}`),
          el('span', { title: labelOf.observation }, `O ${percent(a.f1[5])}`), el('span', {}, say(`${count} 错`, `${count} err.`))));
    }));
    if (!places.length) list.append(el('p.faint', { style: 'padding:.5rem .8rem' }, say('没有这样的文章', 'no such article')));
  };
  const choose = (key, options) => el('select', { onchange: (event) => { state[key] = event.target.value; fill(); const places = listed(); if (key === 'kind' && places.length) show(places[0]); } },
    options.map(([value, label]) => el('option', { value, ...(state[key] === value ? { selected: '' } : {}) }, label)));
  const side = el('aside', {},
    el('input', { type: 'search', placeholder: say('查找标题或原文', 'search titles and texts'), value: state.search, oninput: (event) => { state.search = event.target.value; fill(); } }),
    choose('kind', [['', say('所有错误', 'all kinds of errors')], ...data.labels.kinds.filter(({ key }) => data.measured.errors[key]).map(({ key, label }) => [key, `${label} (${data.measured.errors[key]})`])]),
    choose('sort', [['order', say('按编号', 'by id')], ['errors', say('错误多的在前', 'most errors first')], ['entity', say('实体 F1 低的在前', 'lowest entity F1 first')],
      ['relation', say('关系 F1 低的在前', 'lowest relation F1 first')], ['figure', say('数据 F1 低的在前', 'lowest figure F1 first')]]),
    list);
  fill();
  if (data.articles.length) pane.replaceChildren(...article(data.articles[state.at]));
  return el('.articles', {}, side, pane);
}

function article(a) {
  const redraw = () => document.getElementById('pane').replaceChildren(...article(a));
  const toggle = (set, key, label, style, count) => el('button.chip', { 'aria-pressed': set.has(key), style, onclick: () => { set.has(key) ? set.delete(key) : set.add(key); redraw(); },
    ondblclick: () => { set.clear(); set.add(key); redraw(); }, title: say('双击只看这一种', 'double click for this one alone') }, el('i', {}), label, count === undefined ? null : el('span.faint', {}, String(count)));
  const used = data.labels.types.filter(({ key }) => [...a.gold.entities, ...a.found.entities].some((entity) => entity.type === key));
  const filters = el('.filters', {},
    used.map(({ key, label }) => toggle(state.types, key, label, `--c:${colours[key]}`, a.gold.entities.filter((entity) => entity.type === key).length)), el('hr'),
    ['hit', 'partial', 'missed', 'spurious', 'uncounted'].map((key) => toggle(state.verdicts, key, verdicts[key], `--c:var(--${key === 'partial' ? 'accent' : key})`)),
    el('button.chip', { onclick: () => { state.types = new Set(data.labels.types.map((type) => type.key)); state.verdicts = new Set(Object.keys(verdicts)); redraw(); } }, say('全部', 'all')));
  const heads = [0, 2, 4, 5].map((at) => el('span', {}, `${data.labels.measures[at].label} `, el('b', {}, percent(a.f1[at]))));
  return [
    el('.head', {}, el('h2', {}, a.title), el('span', {}, `${a.id} · ${a.published ?? '–'}`), heads), filters,
    el('.panes', {}, el('.box', {}, el('h2', {}, say('标注', 'Annotated'), el('small', {}, say('红框：漏掉', 'red frame: missed'))), marked(a, 'gold')),
      el('.box', {}, el('h2', {}, say('找到', 'Found'), el('small', {}, say('虚线框：多出', 'dashed frame: spurious'))), marked(a, 'found'))),
    el('section.box.relations', {}, el('h2', {}, say('关系', 'Relations')), relationTable(a)), el('section.box', {}, el('h2', {}, say('数据', 'Figures')), figureTable(a)),
    el('section.box.errors', {}, el('h2', {}, say('错误', 'Errors'), el('small', {}, String(a.faults.length))), faultTable(a)),
  ];
}

/** The text with the marks of one side; marks that cross an open one are left out. */
function marked(a, side) {
  const chars = Array.from(a.text), { entities, marks } = a[side], root = el('.text', { 'data-side': side });
  const open = [{ end: chars.length, node: root }];
  let at = 0;
  const flush = (to) => { if (to > at) { open.at(-1).node.append(chars.slice(at, to).join('')); at = to; } };
  const close = (to) => { while (open.length > 1 && open.at(-1).end <= to) { flush(open.at(-1).end); open.pop(); } };
  for (const [start, end, index] of marks) {
    close(start);
    if (open.at(-1).end < end || start < at) continue;
    flush(start);
    const entity = entities[index];
    const dim = !state.types.has(entity.type) || !state.verdicts.has(entity.verdict);
    const pair = side === 'gold' ? [index, entity.other] : [entity.other, index];
    const node = el(`mark.${entity.verdict}${dim ? '.dim' : ''}`, { style: `--c:${colours[entity.type]}`, 'data-type': labelOf[entity.type], 'data-gold': pair[0], 'data-found': pair[1],
      onmouseenter: (event) => light(event, a, side, index), onmouseleave: unlight });
    open.at(-1).node.append(node);
    open.push({ end, node });
  }
  close(chars.length);
  flush(chars.length);
  return root;
}

function light(event, a, side, index) {
  const entity = a[side].entities[index], other = side === 'gold' ? 'found' : 'gold';
  unlight();
  const lit = new Set([...document.querySelectorAll(`.text[data-side=${side}] mark[data-${side}="${index}"]`),
    ...(entity.other === null ? [] : document.querySelectorAll(`.text[data-side=${other}] mark[data-${other}="${entity.other}"]`))]);
  lit.forEach((mark) => mark.classList.add('lit'));
  const lines = [`${entity.name}  ${labelOf[entity.type]} · ${entity.error ? labelOf[entity.error] : verdicts[entity.verdict]}`];
  if (entity.aliases.length) lines.push(say('别名：', 'aliases: ') + entity.aliases.join('、'));
  if (entity.confidence !== undefined) lines.push(say(`置信度 ${entity.confidence}，由 ${entity.detectors} 提出`, `confidence ${entity.confidence}, by ${entity.detectors}`));
  if (entity.link) lines.push(entity.link);
  const tip = document.getElementById('tip'), place = event.target.getBoundingClientRect();
  tip.textContent = lines.join('\n');
  tip.hidden = false;
  tip.style.left = `${Math.min(place.left, innerWidth - 380)}px`;
  tip.style.top = place.bottom + 90 > innerHeight ? `${place.top - tip.offsetHeight - 6}px` : `${place.bottom + 6}px`;
}
function unlight() {
  document.getElementById('tip').hidden = true;
  document.querySelectorAll('mark.lit').forEach((mark) => mark.classList.remove('lit'));
}

const typeOfName = (a, name) => [...a.gold.entities, ...a.found.entities].find((entity) => entity.name === name)?.type;
const order = { missed: 0, spurious: 1, partial: 2, hit: 3, uncounted: 4 };
const nothing = () => el('p.faint', {}, say('无', 'none'));

function relationTable(a) {
  const rows = a.relations.filter((r) => state.verdicts.has(r.verdict) && (!state.kind || stageOf[state.kind] !== 'relation' || r.error === state.kind || r.verdict === 'hit'))
    .sort((x, y) => order[x.verdict] - order[y.verdict]).map((r) => el('tr', {},
      el('td', {}, tag(r.verdict)), el('td', {}, named(a, r.subject)), el('td.faint', {}, labelOf[r.predicate]), el('td', {}, named(a, r.object)),
      el('td', {}, r.error ? labelOf[r.error] : ''), el('td.n', {}, r.confidence === null ? '' : r.confidence.toFixed(2)), el('td.faint', {}, r.evidence?.text ?? '')));
  return rows.length ? table(['', say('主体', 'subject'), say('谓词', 'predicate'), say('客体', 'object'), say('错误', 'error'), { n: say('置信度', 'conf.') }, say('依据', 'evidence')], rows) : nothing();
}
const named = (a, name) => el('span', { style: `border-bottom:2px solid ${colours[typeOfName(a, name)] ?? 'transparent'}` }, name);

function figureTable(a) {
  const cell = (f, part, kind) => {
    const [gold, found] = [f.gold?.[part], f.found?.[part]].map((value) => part === 'qualifier' && value ? labelOf[value] : value === null ? '–' : value);
    if (gold === undefined || found === undefined) return el('td', {}, String(gold ?? found));
    const wrong = f.errors.includes(kind);
    return el('td', {}, String(gold), wrong ? [' → ', el('span.wrong', {}, String(found))] : null);
  };
  const rows = a.figures.filter((f) => state.verdicts.has(f.verdict)).sort((x, y) => order[x.verdict] - order[y.verdict]).map((f) => el('tr', {},
    el('td', {}, tag(f.verdict)), cell(f, 'subject', 'figureSubject'), cell(f, 'indicator', ''), cell(f, 'qualifier', 'figureQualifier'), cell(f, 'value', 'figureValue'),
    cell(f, 'unit', 'figureUnit'), cell(f, 'period', 'figurePeriod'), el('td.n', {}, f.confidence === null ? '' : f.confidence.toFixed(2)), el('td.faint', {}, f.evidence?.text ?? '')));
  return rows.length ? table(['', say('主体', 'subject'), say('指标', 'indicator'), say('限定', 'qualifier'), say('数值', 'value'), say('单位', 'unit'), say('时间', 'period'), { n: say('置信度', 'conf.') }, say('依据', 'evidence')], rows) : nothing();
}

function faultTable(a) {
  const faults = a.faults.filter((fault) => !state.kind || fault.kind === state.kind);
  return faults.length ? table([say('种类', 'kind'), say('标注 → 找到', 'annotated → found')], faults.map((fault) => el('tr', {}, el('td', {}, labelOf[fault.kind]), el('td', {}, fault.words)))) : nothing();
}

addEventListener('hashchange', follow);
follow();
