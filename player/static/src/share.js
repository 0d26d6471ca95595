// Passing on: one tap per friend. The link in a button was prepared before, so
// the app opens in the tap itself; the tap is told to the server beside it.
import { all, make, one, post, say, store } from "./dom.js";

export function share(page) {
  const form = one("#pass-form");
  const data = page.data.share;
  const base = "/v/" + page.data.token;
  const as = page.data.as;
  const asked = page.lang ? "?lang=" + page.lang : "";
  const words = page.words;
  const key = "passalong:taps:" + page.data.token.slice(-16);
  const field = one("#link-text");
  const done = one("#done");
  const message = one("#message");
  let next = data.next.slice();
  let last = { at: 0 };
  const used = {}; // links that were tapped here
  let flying = 0; // taps on their way
  let least = null; // of several answers the one with the fewest left is the newest

  function render(panel) {
    next = panel.next.filter((n) => !used[n.id] && !pending()[n.id]);
    one("#left").textContent = panel.said;
    const count = one("#pass-open .count");
    if (count) count.textContent = panel.left || "";
    showLink();
    const over = panel.left === 0 && panel.group === 0;
    all("#pass .apps, #pass .field, #pass .fold, #pass .each").forEach((e) => (e.hidden = over));
    all("[name=seats]", form).forEach((r) => {
      r.disabled = r.value === "group" ? panel.group === 0 : +r.value > panel.left;
      if (r.disabled && r.checked) r.checked = false;
    });
    const radios = all("[name=seats]:not(:disabled)", form);
    if (radios.length && !radios.some((r) => r.checked)) radios[0].checked = true;
  }

  function showLink() {
    field.value = next.length ? next[0].url : "";
    one("[name=link]", form).value = next.length ? next[0].id : "";
  }

  const pending = () => store.get(key) || {};
  const seats = () => {
    const r = one("[name=seats]:checked", form);
    return r ? r.value : "1";
  };
  const text = (url) => (message.value.trim() ? message.value.trim() + "\n" : "") + url;

  function address(pattern, url) {
    const put = { text: text(url), mail: text(url).replace(/\r?\n/g, "\r\n"), say: message.value.trim(), url, subject: data.subject };
    return pattern.replace(/\{(\w+)\}/g, (_, k) => encodeURIComponent(put[k]));
  }

  // tell makes the tap a Share. Until it is answered it is kept, and sent again.
  function tell(tap) {
    const kept = pending();
    kept[tap.link] = tap;
    store.set(key, kept);
    used[tap.link] = true;
    flying++;
    const landed = () => {
      if (--flying === 0) least = null;
    };
    return post(base + "/share" + asked, tap, as).then(async (r) => {
      const again = r.status === 429 || r.status >= 500;
      if (again) throw new Error("later");
      const rest = pending();
      delete rest[tap.link];
      store.set(key, Object.keys(rest).length ? rest : null);
      const answer = await r.json();
      if (!r.ok) {
        note(answer.detail || words.failed);
        return null;
      }
      if (!least || answer.panel.left <= least.left) least = answer.panel;
      render(least);
      refresh();
      return answer;
    }).then((a) => (landed(), a), (e) => {
      landed();
      throw e;
    });
  }

  function retry() {
    const kept = pending();
    Object.keys(kept).forEach((id) => tell(kept[id]).catch(() => {}));
  }

  // take gives the next prepared link and has it counted.
  function take(channel, link) {
    const tap = { link: link.id, channel, seats: seats() };
    next = next.filter((n) => n.id !== link.id);
    showLink();
    return tell(tap).catch(() => {
      note(words.waiting_line);
      return null;
    });
  }

  function note(sentence) {
    done.textContent = sentence;
    done.hidden = false;
    say(sentence);
  }

  function visit(url, here) {
    const a = make("a", { href: url, rel: "noopener noreferrer" });
    if (!here) a.target = "_blank";
    document.body.append(a);
    a.click();
    a.remove();
  }

  async function copy(value) {
    try {
      await navigator.clipboard.writeText(value);
      return true;
    } catch (e) {
      const t = make("textarea", { readonly: "", class: "vh" });
      t.value = value;
      document.body.append(t);
      t.select();
      t.setSelectionRange(0, value.length);
      let ok = false;
      try {
        ok = document.execCommand("copy");
      } catch (e2) {
        // the field with the link is there
      }
      t.remove();
      return ok;
    }
  }

  function tapped(channel) {
    // A second tap on the same button is the same tap.
    if (channel === last.channel && Date.now() - last.at < 800) return;
    last = { channel, at: Date.now() };
    one("#qr").hidden = true;
    done.hidden = true;
    const link = next[0];
    if (!link) return note(words.no_link);
    if (channel === "sheet") return sheet(link);
    const pattern = data.apps[channel];
    if (pattern) {
      const url = address(pattern, link.url);
      visit(url, !/^https:/.test(url));
      take(channel, link).then((a) => a && note(words.handed_on));
      return;
    }
    if (channel === "qr") {
      take(channel, link).then((a) => {
        if (!a || !a.qr) return;
        const box = one("#qr");
        box.innerHTML = a.qr;
        const svg = one("svg", box);
        svg.setAttribute("role", "img");
        svg.setAttribute("aria-label", words["app.qr"]);
        box.hidden = false;
        if (box.scrollIntoView) box.scrollIntoView({ block: "nearest" });
      });
      return;
    }
    const said = seats() === "1" ? words.copied : words.handed_on;
    const copying = copy(channel === "copy" ? link.url : text(link.url));
    const told = take(channel, link);
    copying.then((ok) => {
      if (!ok) {
        field.value = link.url; // this very link, to be copied by hand
        field.focus();
        field.select();
        field.scrollLeft = 0;
        return note(words.copy_by_hand);
      }
      told.then((a) => a && (channel === "copy" ? note(said) : pasteIn(channel)));
      if (channel === "copy") note(said);
      else pasteIn(channel);
    });
  }

  // pasteIn says what to do, and opens the app once that could be read.
  function pasteIn(channel) {
    const app = words["app." + channel] || channel;
    note(words.copied_for.replace("{app}", app));
    if (!data.open[channel]) return;
    const a = make("a", { href: data.open[channel], target: "_blank", rel: "noopener noreferrer", class: "quiet" },
      words.open_app.replace("{app}", app));
    done.append(" ", a);
  }

  function sheet(link) {
    // In the tap itself. The link stands in url alone: apps join text and url,
    // and some take nothing but an url.
    navigator.share({ title: data.subject, text: message.value.trim(), url: link.url }).then(
      () => take("other", link).then((a) => a && note(words.handed_on)),
      () => {} // cancelled: the link stays for the next tap
    );
  }

  function refresh() {
    fetch(base + "/links" + (asked ? asked + "&" : "?") + "part=1", { credentials: "same-origin" })
      .then((r) => (r.ok ? r.text() : Promise.reject(r)))
      .then((html) => {
        const open = all("#links details").filter((d) => d.open).length;
        if (open) return; // somebody is reading there
        one("#links").innerHTML = html;
        one("#mine").hidden = !one("#links li");
      })
      .catch(() => {});
  }

  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && !as && refresh());
  window.addEventListener("online", retry);

  one("#links").addEventListener("submit", (e) => {
    e.preventDefault();
    post(e.target.getAttribute("action"), {}, as)
      .then((r) => r.json().then((answer) => (r.ok ? answer : Promise.reject(answer))))
      .then((answer) => {
        if (form) render(answer.panel);
        say(words.taken_back);
        refresh();
      })
      .catch((p) => say((p && p.detail) || words.failed));
  });
  one("#links").addEventListener("click", (e) => {
    const summary = e.target.closest("summary");
    const input = summary && one("input", summary.parentNode);
    if (input && !summary.parentNode.open) copy(input.value).then((ok) => ok && say(words.copied));
  });
  one("#links").addEventListener("focusin", (e) => e.target.select && e.target.select());

  if (!form) return;
  form.addEventListener("submit", (e) => e.preventDefault());
  form.addEventListener("click", (e) => {
    const b = e.target.closest("button[name=channel], #sheet");
    if (!b) return;
    e.preventDefault();
    tapped(b.id === "sheet" ? "sheet" : b.value);
  });
  const button = one("#sheet");
  if (navigator.share) button.hidden = false;
  field.addEventListener("focus", () => field.select());
  field.addEventListener("copy", () => {
    const link = next[0];
    if (link && field.value === link.url) setTimeout(() => take("copy", link).then(() => note(words.copied)), 0);
  });
  const kept = pending();
  next = next.filter((n) => !kept[n.id]);
  showLink();
  retry();
}
