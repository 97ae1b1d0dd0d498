#include "html_parts.hpp"

namespace tcpcraft::results {

const char* const html_script_hash = "sha256-Kyyd9ppXXcoJX2yMCGN8xa9O5bVIIF2gEwCm8FoGApw=";

const char* const html_script = R"js(
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const $ = (id) => document.getElementById(id);
  const main = document.querySelector("main");
  const articles = [...main.querySelectorAll("article")];
  const rank = {fail: 0, error: 1, inconclusive: 2, skip: 3, pass: 4};
  const bad = (a) => rank[a.dataset.verdict] < 2;
  const order = (a, b) => a < b ? -1 : a > b ? 1 : 0;

  const topics = new Map();
  for (const a of articles) {
    const topic = a.dataset.topic;
    if (!topics.has(topic)) topics.set(topic, []);
    topics.get(topic).push(a);
    a.words = (a.dataset.name + " " + a.querySelector(".title").textContent + " " + a.dataset.tags).toLowerCase();
  }
  const sections = [...topics].map(([topic, list]) => {
    list.sort((a, b) => rank[a.dataset.verdict] - rank[b.dataset.verdict] || order(a.dataset.name, b.dataset.name));
    const section = document.createElement("section");
    section.className = "topic";
    const head = document.createElement("h2");
    const count = document.createElement("small");
    head.append(topic, " ", count);
    section.append(head, ...list);
    return {topic, list, section, count, bad: list.some(bad)};
  });
  sections.sort((a, b) => b.bad - a.bad || order(a.topic, b.topic));
  main.append(...sections.map((s) => s.section));
  const summary = $("summary");
  if (summary) main.before(summary);

  const fill = (a) => {
    const held = a.querySelector(":scope > details > template");
    if (held) held.replaceWith(held.content);
  };
  main.addEventListener("toggle", (e) => e.target.open && fill(e.target.parentNode), true);
  for (const a of articles) if (a.querySelector("details").open) fill(a);

  const light = (e) => {
    const at = e.target.closest("[data-step]");
    for (const old of main.querySelectorAll(".hl")) old.classList.remove("hl");
    const body = at && at.closest(".body");
    if (body) for (const one of body.querySelectorAll(`[data-step="${at.dataset.step}"]`)) one.classList.add("hl");
  };
  main.addEventListener("mouseover", light);
  main.addEventListener("mouseleave", light);

  main.addEventListener("click", async (e) => {
    if (!e.target.matches(".copy")) return;
    const code = e.target.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      e.target.textContent = "copied";
      setTimeout(() => e.target.textContent = "copy", 1500);
    } catch {
      getSelection().selectAllChildren(code);
    }
  });

  if (!summary) return;
  const buttons = [...summary.querySelectorAll(".count")];
  const options = (id, values) => $(id).append(...[...values].sort(order).map((v) => new Option(v, v)));
  options("topic", topics.keys());
  options("tag", new Set(articles.flatMap((a) => a.dataset.tags.split(" ").filter(Boolean))));
  summary.querySelector(".filter").hidden = false;

  const state = () => new URLSearchParams(location.hash.slice(1));
  const apply = () => {
    const now = state();
    const words = (now.get("q") || "").toLowerCase().split(" ").filter(Boolean);
    const [topic, tag, verdicts] = [now.get("topic"), now.get("tag"), (now.get("verdict") || "").split(",").filter(Boolean)];
    if ($("text") !== document.activeElement) $("text").value = now.get("q") || "";
    $("topic").value = topic || "";
    $("tag").value = tag || "";
    for (const b of buttons) b.setAttribute("aria-pressed", verdicts.includes(b.dataset.verdict));
    let shown = 0;
    for (const s of sections) {
      let here = 0;
      for (const a of s.list) {
        const fits = (!topic || a.dataset.topic === topic) && (!tag || a.dataset.tags.split(" ").includes(tag)) &&
          (!verdicts.length || verdicts.includes(a.dataset.verdict)) && words.every((w) => a.words.includes(w));
        a.hidden = !fits;
        here += fits;
      }
      s.section.hidden = !here;
      s.count.textContent = here;
      shown += here;
    }
    $("shown").textContent = shown === articles.length ? "" : shown + " shown";
    document.documentElement.dataset.shown = shown;
  };
  const change = (key, value) => {
    const now = state();
    if (value) now.set(key, value); else now.delete(key);
    history.replaceState(null, "", "#" + now);
    apply();
  };
  $("text").addEventListener("input", (e) => change("q", e.target.value));
  for (const id of ["topic", "tag"]) $(id).addEventListener("change", (e) => change(id, e.target.value));
  for (const b of buttons)
    b.addEventListener("click", () => {
      const now = new Set((state().get("verdict") || "").split(",").filter(Boolean));
      if (!now.delete(b.dataset.verdict)) now.add(b.dataset.verdict);
      change("verdict", [...now].join(","));
    });
  addEventListener("hashchange", apply);
  apply();
  const one = articles.length === 1 && articles[0].querySelector("details");
  if (one) one.open = true;
});
)js";

}  // namespace tcpcraft::results
