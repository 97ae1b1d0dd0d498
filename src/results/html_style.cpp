#include <tcpcraft/results/html_parts.hpp>

namespace tcpcraft::results {

const char* const html_style = R"css(
:root{--bg:#fbfbf9;--fg:#1d2330;--dim:#667085;--line:#d8dbe2;--card:#fff;--peer:#0b6fae;--kern:#1d7a3c;--bad:#c8102e;
--badbg:#fdecee;--warn:#9a5b00;--hl:#fff3c4;--app:#5b3fb5;--appbg:#efeafd;--note:#8a6200;
--shut:#c3c8d2;--opening:#e6a700;--open:#2fa35a;--fin1:#5aa7e8;--fin2:#2872c8;--timewait:#7d5fd0;--closewait:#f08a3c;--lastack:#d9587b}
@media (prefers-color-scheme:dark){:root{--bg:#12151c;--fg:#e6e9f0;--dim:#98a2b3;--line:#323947;--card:#1a1f29;--peer:#5db8f5;
--kern:#67d48b;--bad:#ff6b81;--badbg:#3a1b22;--warn:#f0b04a;--hl:#3d3818;--app:#b9a3ff;--appbg:#2a2345;--note:#e3bf62;
--shut:#525b6b;--opening:#e0aa2b;--open:#3fae6a;--fin1:#5aa7e8;--fin2:#4c8fe6;--timewait:#9a80ec;--closewait:#f09a55;--lastack:#e6799a}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
display:flex;flex-direction:column;padding:0 clamp(.6rem,2.5vw,2.5rem) 3rem}
.defs{position:absolute}.defs path{stroke:var(--line);stroke-width:3}
header{order:-2}h1{font-size:1.7rem;margin:1.2rem 0 0;letter-spacing:-.01em}.facts{color:var(--dim);margin:.1rem 0 .6rem}
#summary{order:-1;position:sticky;top:0;z-index:2;background:var(--bg);border-bottom:1px solid var(--line);padding:.5rem 0;margin-bottom:1rem}
#summary p{margin:.2rem 0;display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
main{display:flex;flex-direction:column}article.fail,article.error{order:-1}
button,input,select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.25rem .7rem}
input{flex:1 1 14rem;max-width:28rem}select{max-width:14rem}button{cursor:pointer}:focus-visible{outline:2px solid var(--peer);outline-offset:1px}
.count b{font-size:1.15em}.count[aria-pressed=true]{background:var(--fg);color:var(--bg)}.all,#shown{color:var(--dim)}
section.topic{margin:0 0 1.4rem}h2{font-size:1.15rem;margin:.6rem 0 .3rem}h2 small{color:var(--dim);font-weight:400}
article{background:var(--card);border:1px solid var(--line);border-radius:.6rem;margin:.3rem 0;content-visibility:auto;contain-intrinsic-size:auto 2.7rem}
article:has(details[open]){content-visibility:visible}
article>details>summary{padding:.45rem .9rem;cursor:pointer;display:flex;gap:.8rem;align-items:baseline;flex-wrap:wrap;list-style:none}
article>details>summary::-webkit-details-marker{display:none}
summary:hover{background:color-mix(in srgb,var(--fg) 5%,transparent)}
.badge{font-weight:700;font-size:.78rem;text-transform:uppercase;letter-spacing:.04em;min-width:2.9rem}
.pass .badge,.count.pass b{color:var(--kern)}.fail .badge,.error .badge,.count.fail b,.count.error b{color:var(--bad)}
.skip .badge,.inconclusive .badge,.count.skip b,.count.inconclusive b{color:var(--warn)}
article.fail,article.error{border-color:var(--bad)}
.name{order:1;color:var(--dim);font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.8rem;overflow-wrap:anywhere}.title{font-weight:600}.took{order:2;margin-left:auto}.took{color:var(--dim);font-size:.88rem;white-space:nowrap}
.body{padding:.2rem 1.1rem 1rem;border-top:1px solid var(--line)}.about{max-width:80ch;margin:.6rem 0}
.labels{margin:.4rem 0;font-size:.85rem}.rfc,.tag{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;margin:.1rem 0}
.tag{color:var(--dim)}a{color:var(--peer)}.ending{font-size:1.25rem;font-weight:600;margin:.6rem 0 .2rem}.reason{color:var(--warn);font-weight:600}
.cols{display:grid;grid-template-columns:minmax(0,7fr) minmax(15rem,3fr);gap:1.4rem;align-items:start}
@media (max-width:60rem){.cols{grid-template-columns:minmax(0,1fr)}}
figure{margin:0;overflow-x:auto}.steps{list-style:none;margin:.4rem 0 0;padding:0;font-size:.88rem}
.steps li{display:flex;gap:.6rem;padding:.12rem .5rem;border-radius:.3rem;border-left:4px solid transparent}
.steps i{color:var(--dim);min-width:2.2em;text-align:right;font-style:normal}.steps code{overflow-wrap:anywhere;white-space:pre-wrap}
.steps li.failed{border-color:var(--bad);background:var(--badbg);color:var(--bad);font-weight:700}.steps li.open{opacity:.5}
code,pre{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.92em}
.failure{border-left:5px solid var(--bad);background:var(--badbg);padding:.5rem 1rem;border-radius:.4rem;margin:.7rem 0}
.failure h3{margin:.1rem 0 .4rem;color:var(--bad);font-size:1.1rem}dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1rem 1rem;margin:0}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}pre{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.7rem;line-height:1.35;margin:.4rem 0}
.frame>summary,.notrun>summary{cursor:pointer;color:var(--dim);margin-top:.4rem}.handles{margin:.8rem 0 0;font-size:.88rem;display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}
.again{background:var(--bg);border:1px solid var(--line);border-radius:.4rem;padding:.2rem .6rem;overflow-wrap:anywhere}.copy{padding:.1rem .6rem}
.ladder{display:block;width:100%;min-width:38rem;max-width:62rem;font:13px ui-monospace,"DejaVu Sans Mono",monospace;fill:var(--fg)}
.ladder .t,.ladder .addr{fill:var(--dim);font-size:12px}.ladder .t{text-anchor:end}
.side{font:700 15px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}.side.peer,.seg.peer,.tip.peer{fill:var(--peer)}.side.kern,.seg.kern,.tip.kern{fill:var(--kern)}
.life{stroke:var(--peer);stroke-width:3;opacity:.55}.arrow{stroke-width:2;fill:none}.arrow.peer{stroke:var(--peer)}.arrow.kern{stroke:var(--kern)}
.arrow.icmp{stroke:var(--warn);stroke-dasharray:2 3}.tip.icmp,.seg.icmp{fill:var(--warn)}.arrow.gone{stroke:var(--bad);stroke-dasharray:7 6}.tip.gone,.seg.gone{fill:var(--bad)}
.seg,.note,.pause,.want,.cross{text-anchor:middle}.seg.tight{font-size:11px}
.bad .arrow{stroke:var(--bad);stroke-width:3.5}.bad .tip,.bad .seg,.bad .check,.bad .app,.cross,.want{fill:var(--bad);font-weight:700}.cross{font-size:19px}
.bad .call{stroke:var(--bad)}.note{fill:var(--note);font-style:italic;font-family:system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:14px}
.pause{fill:var(--dim)}.band{fill:url(#hatch);stroke:var(--line)}.cut{stroke:var(--dim);stroke-width:2}.call{fill:var(--appbg);stroke:var(--app)}.tie{stroke:var(--app)}.app{fill:var(--app)}
.said{text-anchor:middle;fill:var(--dim);font:13px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}.bad .said{fill:var(--bad);font-weight:600}
.state.left{text-anchor:end}.check{fill:var(--kern)}.state{font-weight:700}.hit{fill:transparent}.row.hl .hit{fill:var(--hl);mix-blend-mode:multiply}.steps li.hl{background:var(--hl)}
@media (prefers-color-scheme:dark){.row.hl .hit{mix-blend-mode:screen}}
.bar.shut{fill:var(--shut)}.bar.opening{fill:var(--opening)}.bar.open{fill:var(--open)}.bar.fin1{fill:var(--fin1)}.bar.fin2{fill:var(--fin2)}
.bar.timewait{fill:var(--timewait)}.bar.closewait{fill:var(--closewait)}.bar.lastack{fill:var(--lastack)}
@media print{#summary{position:static}.filter,.copy{display:none!important}body{background:#fff}article{break-inside:avoid-page;content-visibility:visible}}
)css";

const char* const html_hatch =
    "<svg width=\"0\" height=\"0\" class=\"defs\" aria-hidden=\"true\"><defs><pattern id=\"hatch\" "
    "width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
    "<path d=\"M0 0V8\"/></pattern></defs></svg>\n";

}  // namespace tcpcraft::results
