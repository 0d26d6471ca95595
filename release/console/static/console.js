// The console's live parts: the report that moves, uploads with progress,
// copying a link, and noting that it was sent. Every page works without.
const live = document.getElementById('live');
if (live) {
  let waiting = false, again = false;
  const source = new EventSource(live.dataset.from + '/events');
  const refresh = async () => {
    if (waiting) { again = true; return; }
    waiting = true;
    again = false;
    try {
      const answer = await fetch(live.dataset.from + '/live' + location.search);
      if (answer.ok) {
        const open = [...live.querySelectorAll('details')].map(d => d.open);
        live.innerHTML = await answer.text();
        live.querySelectorAll('details').forEach((d, i) => { d.open = open[i]; });
      }
    } finally { waiting = false; }
    if (again) refresh();
  };
  source.addEventListener('moved', refresh);
  const light = (circle, on) => {
    for (let c = circle; c; c = live.querySelector(`circle[data-i="${c.dataset.p}"]`)) {
      document.getElementById('e' + c.dataset.i)?.classList.toggle('lit', on);
      if (c.dataset.p === '-1') break;
    }
  };
  for (const [name, on] of [['pointerover', true], ['pointerout', false]]) {
    live.addEventListener(name, e => { const c = e.target.closest?.('circle[data-i]'); if (c) light(c, on); });
  }
}

const drop = document.getElementById('drop');
if (drop) {
  const list = document.getElementById('uploads');
  const input = drop.querySelector('input');
  const send = file => new Promise(done => {
    const item = list.appendChild(document.createElement('li'));
    item.textContent = file.name + ' ';
    const bar = item.appendChild(document.createElement('progress'));
    const to = new XMLHttpRequest();
    to.open('POST', drop.dataset.to + '?name=' + encodeURIComponent(file.name));
    to.upload.onprogress = e => { bar.max = e.total; bar.value = e.loaded; };
    to.onloadend = () => {
      bar.remove();
      let said = {};
      try { said = JSON.parse(to.responseText); } catch { /* no answer */ }
      const ok = to.status === 201;
      item.className = ok ? 'ok' : 'wrong';
      item.append(ok ? '✓ ' + (said.advice || []).map(a => a.text).join(' ') : said.detail || '✕');
      done(ok);
    };
    to.send(file);
  });
  const take = async files => {
    let good = true;
    for (const f of files) good = await send(f) && good;
    if (good && files.length) location.reload();
  };
  input.addEventListener('change', () => take(input.files));
  drop.addEventListener('dragover', e => { e.preventDefault(); drop.classList.add('over'); });
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
  drop.addEventListener('drop', e => { e.preventDefault(); drop.classList.remove('over'); take(e.dataTransfer.files); });
}

document.addEventListener('click', e => {
  const copy = e.target.closest('.copy');
  if (copy) {
    const field = copy.parentElement.querySelector('input');
    field.select();
    navigator.clipboard?.writeText(field.value).catch(() => document.execCommand('copy'));
    copy.textContent = copy.dataset.done;
  }
  const way = e.target.closest('.way');
  if (way) {
    fetch(way.dataset.sent, { method: 'POST', body: new URLSearchParams({ do: 'sent', channel: way.dataset.channel }), keepalive: true, redirect: 'manual' });
  }
});
