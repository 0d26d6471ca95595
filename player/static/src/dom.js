// Small helpers; nothing here knows what the page is about.

export const one = (sel, at) => (at || document).querySelector(sel);
export const all = (sel, at) => Array.prototype.slice.call((at || document).querySelectorAll(sel));

// make builds an element: make("button", {class: "again", type: "button"}, "Again").
export function make(tag, attrs, ...inside) {
  const e = document.createElement(tag);
  for (const k of Object.keys(attrs || {})) e.setAttribute(k, attrs[k]);
  for (const child of inside) e.append(child);
  return e;
}

// store keeps JSON under a key; a browser that refuses keeps nothing.
export const store = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch (e) {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(value));
    } catch (e) {
      // full or forbidden: the next visit knows less, that is all
    }
  },
};

// playID is a run's random name, 8 of [0-9a-z].
export function playID() {
  const raw = new Uint8Array(8);
  if (window.crypto && crypto.getRandomValues) crypto.getRandomValues(raw);
  else for (let i = 0; i < 8; i++) raw[i] = Math.random() * 256;
  return Array.prototype.map.call(raw, (b) => "0123456789abcdefghijklmnopqrstuvwxyz"[b % 36]).join("");
}

export function say(text) {
  const live = one("#said");
  if (live) live.textContent = text;
}

// post sends JSON; it goes on while the page is left.
export function post(url, data, as) {
  const headers = { "Content-Type": "application/json" };
  if (as) headers["X-Passalong-As"] = as;
  const body = JSON.stringify(data);
  return fetch(url, { method: "POST", headers, body, keepalive: body.length < 60000, credentials: "same-origin" });
}
