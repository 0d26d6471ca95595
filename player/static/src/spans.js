// Spans are [from, to] in seconds of content, sorted and disjoint.

const round = (x) => Math.round(x * 100) / 100;

// add puts a span in, joining what touches.
export function add(spans, from, to) {
  from = round(from);
  to = round(to);
  if (!(to > from)) return spans;
  const out = [];
  for (const s of spans) {
    if (s[1] < from - 0.05 || s[0] > to + 0.05) out.push(s);
    else {
      from = Math.min(from, s[0]);
      to = Math.max(to, s[1]);
    }
  }
  out.push([from, to]);
  return out.sort((a, b) => a[0] - b[0]);
}

// ran tells whether a step from one timeupdate to the next was played and not
// jumped: no further than 1.5 times what the clock allows at this speed.
export function ran(from, to, wallSeconds, rate) {
  const step = to - from;
  return step > 0 && step <= Math.max(wallSeconds, 0.25) * rate * 1.5 + 0.1;
}
