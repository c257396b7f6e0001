// What the page does beyond showing itself: tips for the marks of plots, and the table of all trials. It reads one JSON
// element and writes text only, so that no name of a study can become markup.
(() => {
  'use strict';
  const element = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const data = JSON.parse(document.getElementById('trials').textContent);
  // Seconds stand in the section on the run, which is the only one that differs between two runs of a study.
  const timed = document.getElementById('seconds');
  if (timed) {
    const place = data.columns.length - 1;
    data.columns.splice(place, 0, { name: 'seconds', number: true, tip: true });
    JSON.parse(timed.textContent).forEach((seconds, i) => data.rows[i].splice(place, 0, seconds));
  }
  const at = Object.fromEntries(['rank', 'trial', 'state', 'value'].map((name, i) => [name, i]));
  const byNumber = new Map(data.rows.map((row) => [row[at.trial], row]));
  const shown = (value) =>
    value === null ? '–' : typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);

  // ---- tips: by pointer, by touch, and with the arrow keys on a focused plot
  const tip = element('div', { id: 'tip', hidden: true });
  tip.setAttribute('role', 'status');
  document.body.append(tip);
  let marked = null;

  const lines = (mark) => {
    if (mark.dataset.tip !== undefined) return [mark.dataset.tip];
    const row = byNumber.get(Number(mark.dataset.t));
    if (!row) return ['trial ' + mark.dataset.t];
    const head = 'Trial ' + row[at.trial] + (row[at.rank] === null ? '' : ', rank ' + row[at.rank]);
    const rest = data.columns
      .map((column, i) => [column.name, row[i], column.tip])
      .filter(([, value, wanted]) => wanted && value !== null)
      .map(([name, value]) => name + ': ' + shown(value));
    return [head, ...rest];
  };
  const hide = () => {
    tip.hidden = true;
    if (marked) marked.classList.remove('on');
    marked = null;
  };
  const show = (mark, x, y) => {
    if (marked !== mark) {
      hide();
      marked = mark;
      mark.classList.add('on');
      tip.replaceChildren(...lines(mark).map((line) => element('div', { textContent: line })));
    }
    tip.hidden = false;
    const box = tip.getBoundingClientRect(), gap = 12, edge = 6;
    const width = document.documentElement.clientWidth, height = window.innerHeight;
    const left = x + gap + box.width > width - edge ? x - gap - box.width : x + gap;
    const top = y + gap + box.height > height - edge ? y - gap - box.height : y + gap;
    tip.style.left = Math.max(edge, Math.min(left, width - edge - box.width)) + 'px';
    tip.style.top = Math.max(edge, top) + 'px';
  };
  const markOf = (event) => event.target.closest && event.target.closest('[data-t],[data-tip]');
  const middle = (mark) => {
    const box = mark.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  for (const kind of ['pointermove', 'pointerdown'])
    document.addEventListener(kind, (event) => {
      const mark = markOf(event);
      if (mark) show(mark, event.clientX, event.clientY);
      else if (marked) hide();
    });
  document.addEventListener('scroll', hide, { passive: true, capture: true });

  for (const plot of document.querySelectorAll('figure svg')) {
    let marks = null, current = -1;
    plot.addEventListener('keydown', (event) => {
      marks = marks || [...plot.querySelectorAll('[data-t],[data-tip]')].sort((a, b) => middle(a)[0] - middle(b)[0]);
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
      if (event.key === 'Escape') hide();
      if (step === undefined || marks.length === 0) return;
      event.preventDefault();
      current = Math.max(0, Math.min(marks.length - 1, current + step));
      show(marks[current], ...middle(marks[current]));
    });
    plot.addEventListener('blur', hide);
  }

  // ---- the table: sorted and filtered as a list of rows, of which only those in sight are elements
  const room = document.getElementById('trial-table');
  if (!room) return;
  const kChunk = 100;
  let found = data.rows, drawn = 0, sorted = { column: at.rank, up: true };

  const column = (name) => {
    const wanted = name.toLowerCase();
    const names = data.columns.map((c) => c.name.toLowerCase());
    const exact = names.indexOf(wanted);
    return exact >= 0 ? exact : names.findIndex((n) => n.endsWith('.' + wanted));
  };
  const compare = {
    '<': (a, b) => a < b, '>': (a, b) => a > b, '<=': (a, b) => a <= b, '>=': (a, b) => a >= b,
    '=': (a, b) => a === b, '!=': (a, b) => a !== b,
  };
  // A word that rows must contain, or a condition on a column. Returns a test, or a text that says what is wrong.
  const test = (word) => {
    const parts = /^([^<>=!]+)(<=|>=|!=|=|<|>)(.+)$/.exec(word);
    if (!parts) return (row) => row.some((cell) => cell !== null && String(cell).toLowerCase().includes(word.toLowerCase()));
    const i = column(parts[1]), number = Number(parts[3]);
    if (i < 0) return 'There is no column “' + parts[1] + '”.';
    return (row) => {
      const cell = row[i];
      if (cell === null) return false;
      return typeof cell === 'number' ? compare[parts[2]](cell, number)
                                      : compare[parts[2]](String(cell).toLowerCase(), parts[3].toLowerCase());
    };
  };

  const filter = element('input', { type: 'search', id: 'filter', placeholder: data.example, autocomplete: 'off', spellcheck: false });
  const label = element('label', { htmlFor: 'filter', textContent: 'Filter' });
  const note = element('span', { id: 'filter-note' });
  note.setAttribute('role', 'status');
  filter.setAttribute('aria-describedby', 'filter-help');
  const help = element('p', { id: 'filter-help', textContent:
    'Words that a row must contain, and conditions on columns; all must hold. Click a heading to sort.' });
  const head = element('tr'), body = element('tbody');
  const table = element('table', {}, element('caption', { textContent: 'All trials' }), element('thead', {}, head), body);
  const frame = element('div', { className: 'trials', tabIndex: 0 }, table);
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', 'Table of all trials');
  const more = element('button', { type: 'button', id: 'more', textContent: 'Show more' });
  room.replaceChildren(element('div', { className: 'controls' }, label, filter, note), help, frame, more);

  data.columns.forEach((c, i) => {
    const button = element('button', { type: 'button', textContent: c.name });
    button.addEventListener('click', () => {
      sorted = { column: i, up: sorted.column === i ? !sorted.up : true };
      update();
    });
    const cell = element('th', { scope: 'col' }, button);
    if (c.number) cell.className = 'n';
    head.append(cell);
  });

  const draw = () => {
    const rows = found.slice(drawn, drawn + kChunk);
    drawn += rows.length;
    body.append(...rows.map((row) => element('tr', {}, ...row.map((cell, i) => {
      const made = element('td', { textContent: shown(cell) });
      if (data.columns[i].number) made.className = 'n';
      return made;
    }))));
    more.hidden = drawn >= found.length;
    note.textContent = found.length + ' of ' + data.rows.length + ' trials' +
        (data.left_out ? ' (' + data.left_out + ' more are in trials.csv)' : '');
  };
  const update = () => {
    const tests = filter.value.trim().split(/\s+/).filter(Boolean).map(test);
    const wrong = tests.find((t) => typeof t === 'string');
    if (wrong) {
      note.textContent = wrong;
      return;
    }
    found = data.rows.filter((row) => tests.every((t) => t(row)));
    const { column: key, up } = sorted;
    const order = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);
    found.sort((r, s) => {  // stable, and what has no value comes last either way
      const a = r[key], b = s[key];
      if (a === null || b === null) return (a === null) - (b === null);
      return up ? order(a, b) : order(b, a);
    });
    [...head.children].forEach((cell, i) => {
      if (i === key) cell.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      else cell.removeAttribute('aria-sort');
    });
    drawn = 0;
    body.replaceChildren();
    frame.scrollTop = 0;
    draw();
  };
  filter.addEventListener('input', update);
  more.addEventListener('click', draw);
  frame.addEventListener('scroll', () => {
    if (drawn < found.length && frame.scrollTop + frame.clientHeight > frame.scrollHeight - 200) draw();
  }, { passive: true });
  update();
})();
