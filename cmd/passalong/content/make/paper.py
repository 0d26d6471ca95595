"""Sets the white paper in English and French and prints it with Chromium.

    python3 paper.py OUTDIR

Fonts: Outfit and Source Serif 4 (both SIL Open Font License), installed.
"""
import math, pathlib, random, subprocess, sys, tempfile

INK, MUTED, LINE, EMBER = "#1C1B19", "#6F6B64", "#E6E2DA", "#C2410C"

CSS = """
@page{size:148mm 210mm;margin:0}
*{box-sizing:border-box}
body{margin:0;font:9.9pt/1.47 'Source Serif 4',serif;color:#1C1B19;hyphens:manual}
section{position:relative;width:148mm;height:210mm;padding:16mm 19mm 16mm;background:#FBFAF7;page-break-after:always;overflow:hidden}
section:last-child{page-break-after:auto}
h1,h2,.eyebrow,.fig,footer,text{font-family:Outfit,sans-serif}
h2{font-weight:700;font-size:20pt;line-height:1.1;letter-spacing:-.01em;margin:0 0 5.5mm}
.eyebrow{font-weight:500;font-size:8pt;letter-spacing:.08em;text-transform:uppercase;color:#C2410C;margin:0 0 2.5mm}
p{margin:0 0 2.7mm}
p.first{font-size:12pt;line-height:1.42}
b{font-weight:600}
figure{margin:4.5mm 0 4mm}
figure svg{display:block;width:100%;height:auto}
figcaption,.fig{font:400 7.8pt/1.4 Outfit,sans-serif;color:#6F6B64;margin-top:2mm}
footer{position:absolute;left:19mm;right:19mm;bottom:9mm;display:flex;justify-content:space-between;font-size:7.4pt;color:#6F6B64}
ol{margin:1mm 0 0;padding:0;list-style:none;counter-reset:n}
ol li{counter-increment:n;position:relative;padding-left:9mm;margin-bottom:2.6mm}
ol li::before{content:counter(n);position:absolute;left:0;top:-.6mm;font:700 15pt/1.2 Outfit;color:#C2410C}
aside{border-left:1.2pt solid #C2410C;padding-left:5mm;margin:4mm 0;font-size:12pt;line-height:1.4;font-style:italic}
.cover{background:#120c09;color:#FBFAF7;padding:0}
.cover svg{position:absolute;inset:0;width:100%;height:100%}
.cover div{position:absolute;left:17mm;right:17mm;bottom:17mm}
.cover h1{font-weight:700;font-size:37pt;line-height:1.02;letter-spacing:-.02em;margin:0 0 5mm}
.cover p{font-size:12.5pt;line-height:1.42;color:#E9DFD6;margin:0 0 7mm;max-width:98mm}
.cover small{font:500 8pt/1.3 Outfit;color:#F4A67E}
.colophon{position:absolute;left:19mm;right:19mm;bottom:18mm;font:400 7.4pt/1.45 Outfit;color:#6F6B64;border-top:.5pt solid #E6E2DA;padding-top:3mm}
"""


def forest(seed, people):
    """A share forest as a dandelion: (x, y, depth, parent) in rings."""
    rnd = random.Random(seed)
    nodes = [(-1, 0)]
    i = 0
    while i < len(nodes) and len(nodes) < people:
        d = nodes[i][1]
        n = [3, 3, 3, 2, 2, 1, 1][min(d, 6)] if d < 1 else rnd.choice([[2, 3, 3], [1, 2, 3, 4], [0, 1, 2, 3], [0, 0, 1, 3], [0, 0, 0, 1, 2]][min(d - 1, 4)])
        nodes += [(i, d + 1)] * n
        i += 1
    w = [0.0] * len(nodes)
    for i in range(len(nodes) - 1, 0, -1):
        w[i] = max(w[i], 1.0)
        w[nodes[i][0]] += w[i]
    start, span, used = [0.0] * len(nodes), [0.0] * len(nodes), [0.0] * len(nodes)
    start[0], span[0] = -2.4, 2 * math.pi
    out = [(0.0, 0.0, 0, -1)]
    for i in range(1, len(nodes)):
        p, d = nodes[i]
        span[i] = span[p] * w[i] / w[p]
        start[i] = start[p] + used[p]
        used[p] += span[i]
        a, r = start[i] + span[i] / 2, d * (0.93 + 0.15 * rnd.random())
        out.append((r * math.cos(a), r * math.sin(a), d, p))
    return out


def cover():
    s = ['<svg viewBox="0 0 148 210" preserveAspectRatio="xMidYMid slice"><defs>'
         '<radialGradient id="g" cx="50%" cy="36%" r="62%"><stop offset="0" stop-color="#7a2b0d"/><stop offset=".45" stop-color="#3a170b"/><stop offset="1" stop-color="#120c09"/></radialGradient>'
         '<linearGradient id="h" x2="0" y2="1"><stop offset=".5" stop-color="#120c09" stop-opacity="0"/><stop offset=".66" stop-color="#120c09" stop-opacity=".94"/></linearGradient></defs>'
         '<rect width="148" height="210" fill="url(#g)"/>']
    f = forest(5, 170)
    at = [(74 + 9.4 * x, 66 + 9.4 * y) for x, y, _, _ in f]
    for (x, y), (_, _, d, p) in zip(at, f):
        if p >= 0:
            px, py = at[p]
            mx, my = (x + px) / 2 + (y - py) * .1, (y + py) / 2 - (x - px) * .1
            s.append(f'<path d="M{px:.1f} {py:.1f}Q{mx:.1f} {my:.1f} {x:.1f} {y:.1f}" fill="none" stroke="#F0682F" stroke-width=".28" stroke-opacity="{.75 - .07 * d:.2f}"/>')
    for (x, y), (_, _, d, _) in zip(at, f):
        s.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{3.6 / (1 + .35 * d):.2f}" fill="#F0682F" fill-opacity=".13"/><circle cx="{x:.1f}" cy="{y:.1f}" r="{1.8 / (1 + .35 * d):.2f}" fill="#F0682F" fill-opacity=".3"/><circle cx="{x:.1f}" cy="{y:.1f}" r="{1.0 / (1 + .28 * d):.2f}" fill="#FFE3C7"/>')
    s.append('<rect width="148" height="210" fill="url(#h)"/>')
    return "".join(s) + "</svg>"


def t(x, y, s, size=3.4, fill=MUTED, anchor="start", weight=400):
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" font-weight="{weight}">{s}</text>'


def fig_84(w):
    s = ['<svg viewBox="0 0 110 31">']
    for i in range(100):
        x, y = (i % 25) * 4.4 + 1.7, (i // 25) * 5.2 + 2
        lit = i < 84
        s.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.45" fill="{EMBER if lit else "none"}" stroke="{EMBER if lit else MUTED}" stroke-width=".35"/>')
    s.append(t(0, 28.6, w[0], 4, EMBER, weight=700) + t(110, 28.6, w[1], 4, MUTED, "end", 500))
    return "".join(s) + "</svg>"


def fig_chain(w):
    s = ['<svg viewBox="0 0 110 40"><g fill="none" stroke="#C2410C" stroke-width=".5">',
         '<path d="M6 15H104M40 15Q48 15 54 25T72 31M72 15Q80 14 84 8T100 4"/></g>']
    for x, y, r in [(6, 15, 2.6), (40, 15, 2.1), (72, 15, 2.1), (104, 15, 2.1), (72, 31, 1.7), (100, 4, 1.7)]:
        s.append(f'<circle cx="{x}" cy="{y}" r="{r}" fill="{EMBER}"/>')
    for x, k in [(6, 0), (40, 1), (72, 2), (104, 3)]:
        s.append(t(x, 22 if x != 72 else 22, w[k], 3.3, INK, "start" if x == 6 else "end" if x == 104 else "middle", 500))
    s.append(t(0, 38.6, w[4], 3.3))
    return "".join(s) + "</svg>"


def fig_bars(w):
    s = ['<svg viewBox="0 0 110 31">']
    for k, (label, v, shown) in enumerate(w):
        y = 2.6 + k * 10
        s.append(t(0, y + 1.2, label, 3.5, INK, weight=500))
        s.append(f'<rect x="0" y="{y + 2.4}" width="{max(v * .95, .5):.2f}" height="4" rx=".8" fill="{EMBER}" fill-opacity="{1 - k * .22}"/>')
        s.append(t(max(v * .95, .5) + 2, y + 5.7, shown, 3.6, INK, weight=700))
    return "".join(s) + "</svg>"


def fig_live(w):
    """Measured reproduction numbers after 1, 2, 6, 24 hours: naive and corrected."""
    naive, fixed, true = [.199, .237, .281, .347], [.465, .432, .401, .406], [.439, .424, .416, .400]
    x = [8, 38, 68, 98]
    y = lambda v: 25 - v * 44
    line = lambda vs: " ".join(f"{a},{y(v):.1f}" for a, v in zip(x, vs))
    s = ['<svg viewBox="0 0 110 31">']
    for v in (0, .2, .4):
        s.append(f'<path d="M4 {y(v)}H104" stroke="{LINE}" stroke-width=".3"/>')
    s.append(f'<polyline points="{line(true)}" fill="none" stroke="{INK}" stroke-width=".5" stroke-dasharray="1.4 1"/>')
    s.append(f'<polyline points="{line(naive)}" fill="none" stroke="{MUTED}" stroke-width=".8"/>')
    s.append(f'<polyline points="{line(fixed)}" fill="none" stroke="{EMBER}" stroke-width=".9"/>')
    for vs, c in ((naive, MUTED), (fixed, EMBER)):
        s += [f'<circle cx="{a}" cy="{y(v):.1f}" r="1" fill="{c}"/>' for a, v in zip(x, vs)]
    s += [t(a, 29.8, h, 3.2, MUTED, "middle") for a, h in zip(x, w[3])]
    s.append(t(8, 2.9, w[0], 3.3, EMBER, weight=700) + t(12, 20.4, w[1], 3.3, MUTED, weight=500) + t(98, 4.2, w[2], 3.1, INK, "end"))
    return "".join(s) + "</svg>"


FIGS = {"84": fig_84, "chain": fig_chain, "bars": fig_bars, "live": fig_live}


def page(doc, n, p):
    eyebrow, title, body = p
    out = []
    for part in body:
        if isinstance(part, str):
            out.append(part if part.startswith("<") else f"<p>{part}</p>")
        else:
            name, words, caption = part
            out.append(f"<figure>{FIGS[name](words)}<figcaption>{caption}</figcaption></figure>")
    if n == 2:
        out[0] = out[0].replace("<p>", '<p class="first">', 1)
    return f'<section><p class="eyebrow">{eyebrow}</p><h2>{title}</h2>{"".join(out)}<footer><span>{doc["title"]}</span><span>{n}</span></footer></section>'


def build(lang, doc, out):
    html = f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{doc["title"]}</title><style>{CSS}</style><section class="cover">{cover()}<div><h1>{doc["cover"]}</h1><p>{doc["lead"]}</p><small>{doc["by"]}</small></div></section>'
    html += "".join(page(doc, n + 2, p) for n, p in enumerate(doc["pages"]))
    with tempfile.TemporaryDirectory() as d:
        src = pathlib.Path(d) / "paper.html"
        src.write_text(html)
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                        f"--print-to-pdf={out / f'paper.{lang}.pdf'}", src.as_uri()], check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    from papertext import EN, FR
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "..")
    for lang, doc in (("en", EN), ("fr", FR)):
        build(lang, doc, out)
