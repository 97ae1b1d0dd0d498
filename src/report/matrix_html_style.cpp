#include "matrix_html_parts.hpp"

namespace tcpcraft::report {

// Verdicts differ by sign and weight as well as by colour, so that none is told by colour alone.
const std::string_view html_style = R"css(
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#5d6670;--line:#d8dde3;--soft:#f3f5f8;--mark:#dbe9ff;
--link:#0550ae;--c-b:#edf7ef;--c-f:#3c7a4a;--a-b:#d3ede0;--a-f:#0d5a35;--d-b:#ffe8b8;--d-f:#6b4200;
--n-b:#c8102e;--n-f:#fff;--v-b:#e3d9ff;--v-f:#4a1fa0;--i-b:#dfe3e8;--i-f:#30363d}
@media(prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e3e8ee;--dim:#98a3af;--line:#2c343d;--soft:#181e25;
--mark:#1c3358;--link:#79b8ff;--c-b:#13241a;--c-f:#6fb583;--a-b:#184230;--a-f:#9be3bd;--d-b:#4d3a0e;--d-f:#ffd885;
--n-b:#e5304b;--n-f:#fff;--v-b:#3b2a6d;--v-f:#d7c8ff;--i-b:#39414a;--i-f:#d5dbe2}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:14px/1.45 system-ui,sans-serif}
header,main{padding:0 20px}
header{padding-top:14px}
h1{font-size:22px;margin:0}h2{font-size:17px;margin:28px 0 8px}h3{font-size:14px;margin:0 0 4px}
p{margin:4px 0}small{color:var(--dim);font-weight:400}
a{color:var(--link)}
code,td,i,.mono,dd,tbody th,#panel li{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:12px}
code{user-select:all;background:var(--soft);padding:1px 5px;border-radius:3px}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.note{color:var(--dim);font-size:12.5px}
.tally{display:flex;flex-wrap:wrap;gap:6px;list-style:none;margin:12px 0 8px;padding:0}
button{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:5px;padding:2px 8px 2px 3px}
button:enabled{cursor:pointer}button:enabled:hover{border-color:var(--dim)}
.tally button[aria-pressed=true]{background:var(--mark);border-color:var(--link);box-shadow:0 0 0 1px var(--link)}
button:disabled{opacity:1}
i{font-style:normal;display:inline-block;min-width:24px;text-align:center;border-radius:3px;margin-right:6px;padding:0 2px}
form{display:flex;flex-wrap:wrap;gap:6px 18px;align-items:center;margin:6px 0}
form[hidden]{display:none}
input[type=search]{font:inherit;width:22em;max-width:70vw;padding:3px 8px;border:1px solid var(--line);border-radius:5px;
background:var(--bg);color:inherit}
fieldset{border:0;margin:0;padding:0;display:flex;gap:10px}output{color:var(--dim)}
.wrap{max-width:100%}
table{border-collapse:separate;border-spacing:0}
#matrix{margin-top:8px}
#matrix thead th{position:sticky;top:0;background:var(--bg);z-index:2;vertical-align:bottom;font-weight:500;font-size:12px;
border-bottom:1px solid var(--line);padding:4px 0;text-align:left}
#matrix thead th.on{background:var(--mark)}
#matrix thead span{writing-mode:vertical-rl;transform:rotate(180deg);display:block;margin:0 auto;white-space:nowrap}
#matrix th:first-child{position:sticky;left:0;background:var(--bg);z-index:1;padding-right:14px;text-align:left;
font-weight:400;white-space:nowrap}
#matrix thead th:first-child{z-index:3}
#matrix .g th{font:600 12.5px system-ui,sans-serif;padding:9px 0 2px;color:var(--dim)}
#matrix td{width:29px;min-width:29px;height:21px;text-align:center;padding:0;border:1px solid var(--bg);border-radius:4px;
line-height:15px}
#matrix td[tabindex]{cursor:pointer}
#matrix td[tabindex]:hover,#matrix td:focus-visible{outline:2px solid var(--link);outline-offset:-1px}
#matrix td[aria-selected=true]{outline:3px solid var(--fg);outline-offset:-2px}
#matrix tr:hover th:first-child{background:var(--mark)}
#matrix .g:hover th:first-child{background:var(--bg)}
#matrix .s,.s{width:auto;text-align:left;padding-left:14px!important;color:var(--dim);white-space:nowrap}
.c{background:var(--c-b);color:var(--c-f)}.a{background:var(--a-b);color:var(--a-f)}
.d{background:var(--d-b);color:var(--d-f)}.n{background:var(--n-b);color:var(--n-f);font-weight:700}
.v{background:var(--v-b);color:var(--v-f);font-weight:700}.i{background:var(--i-b);color:var(--i-f);font-weight:700}
.x i{display:block;margin:0;border-radius:0;font-size:10px;line-height:10.5px;min-width:0}
.off{opacity:.13}
.list{width:100%;max-width:1100px}
.list th,.list td{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}
.list thead th{color:var(--dim);font-weight:500;font-size:12px}.list .r{text-align:right}
.list td:nth-child(3){font-family:inherit;font-size:14px}.list button{padding:0 6px}
article{border:1px solid var(--line);border-left:4px solid var(--dim);border-radius:5px;padding:8px 12px;margin:0 0 8px;
max-width:1100px}
article h3,#panel h2{font-family:ui-monospace,monospace}
dl{display:grid;grid-template-columns:76px 1fr;gap:2px 8px;margin:0}dt{color:var(--dim);font-size:12.5px}
dd{margin:0;overflow-wrap:anywhere}dd small{font:12.5px/1.4 system-ui,sans-serif}
#panel{position:fixed;right:0;top:0;bottom:0;width:var(--side);overflow:auto;background:var(--soft);
border-left:1px solid var(--line);padding:14px 18px 30px;z-index:9;box-shadow:-6px 0 18px #0002}
#panel[hidden]{display:none}
#panel h2{margin:0 30px 6px 0;font-size:15px;overflow-wrap:anywhere}
#panel h3{margin:16px 0 4px;color:var(--dim);font-size:12.5px}
#panel .close{position:absolute;right:12px;top:10px;padding:2px 9px}
#panel .tabs button[aria-pressed=true]{background:var(--mark);border-color:var(--link)}
#panel .tabs button{padding:1px 8px;margin-right:6px}
#panel ol{list-style:none;margin:0;padding:0}
#panel li{display:grid;grid-template-columns:66px 52px 1fr;padding:1px 4px;overflow-wrap:anywhere}
#panel li>span:last-child{padding-left:10px;text-indent:-10px;white-space:pre-wrap}
#panel li .t{color:var(--dim)}#panel li.k span:nth-child(2){color:var(--c-f)}
#panel li.j{background:var(--mark);border-radius:3px;font-weight:700;outline:1px solid var(--link)}
#panel summary{color:var(--dim);cursor:pointer;padding:2px 4px}
:root{--side:min(620px,44vw)}
.open header,.open main{margin-right:var(--side)}.open .s{display:none}
@media(max-width:1250px){.s{display:none}}
@media(max-width:1100px){:root{--side:100%}#panel{top:auto;height:62vh;border-top:2px solid var(--line)}
.open header,.open main{margin-right:0}.open main{padding-bottom:62vh}.wrap{overflow-x:auto}}
@media print{#panel,form,noscript{display:none}#matrix thead th{position:static}*{print-color-adjust:exact}}
)css";

}  // namespace tcpcraft::report
