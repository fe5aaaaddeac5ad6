// The style sheet of the incident report, and what the page's policy allows by its hash.
//
// Source: Content Security Policy Level 3, 2.3.1 (hash-source); WCAG 2.2, 1.4.3 (contrast).
#pragma once

#include <string_view>

namespace deadpeer {

inline constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#fff;--card:#f6f8fa;--ink:#1b1f24;--soft:#4d5661;--line:#c9d1da;
--red:#b3151b;--amber:#7a5200;--green:#0f6b2f;--blue:#0b57d0;--bar:#bcc6d1;--held:#d58b8e;
--code:#eaeef2}
@media (prefers-color-scheme:dark){:root{--bg:#0e1116;--card:#171b22;--ink:#e7ebf0;--soft:#a9b3bf;
--line:#39414c;--red:#ff8d88;--amber:#f0b849;--green:#6fd58c;--blue:#8ab4ff;--bar:#4a5664;
--held:#9c4a4d;--code:#232a34}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:62rem;padding:1.5rem 1.25rem 3rem;background:var(--bg);color:var(--ink);
font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .35rem}
h2{font-size:1.3rem;margin:2.25rem 0 .75rem}
h3{font-size:1.05rem;margin:0 0 .5rem}
p{margin:.4rem 0}
a{color:inherit}
code{font:.85em/1.4 ui-monospace,"DejaVu Sans Mono",monospace;background:var(--code);padding:.1em .35em;
border-radius:4px}
.sub,.proof,.legend,footer{color:var(--soft);font-size:.875rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.4rem,1fr));gap:.6rem;
margin:1.1rem 0 0;padding:0;list-style:none}
.tiles a{display:block;height:100%;padding:.55rem .8rem;border:1px solid var(--line);border-radius:8px;
background:var(--card);text-decoration:none}
.tiles a:hover,.tiles a:focus-visible{border-color:var(--blue)}
.tiles b{display:block;font-size:1.45rem;line-height:1.25}
.tiles span{font-size:.875rem;color:var(--soft)}
.bad b{color:var(--red)}.warn b{color:var(--amber)}.good b{color:var(--green)}
.loss{margin:1rem 0 0;padding:.6rem .9rem;border:1px solid var(--amber);border-left-width:5px;
border-radius:6px}
.first{margin:1rem 0 0;padding:0;list-style:none}
.first li{padding:.3rem 0;border-bottom:1px solid var(--line)}
.first time,.first span{color:var(--soft)}
.card{margin:0 0 1.1rem;padding:1rem 1.1rem;border:1px solid var(--line);
border-left:5px solid var(--amber);border-radius:8px;background:var(--card);break-inside:avoid}
.card.critical{border-left-color:var(--red)}
.sign{color:var(--amber)}.critical .sign{color:var(--red)}
.badge{display:inline-block;margin-left:.35rem;padding:.05rem .5rem;border:1px solid currentColor;
border-radius:99px;font-size:.78rem;font-weight:600;color:var(--amber);vertical-align:.1em}
.critical .badge{color:var(--red)}
.what{font-size:1.02rem}
.next{margin:.7rem 0;padding:.45rem .8rem;border-left:4px solid var(--blue);background:var(--bg);
border-radius:0 6px 6px 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem .9rem;margin:.6rem 0}
dt{color:var(--soft)}dd{margin:0}
.words dt{color:inherit}
.clearest{color:var(--soft);margin-top:.8rem}
figure{margin:.8rem 0}
.ladder svg,.time{display:block;max-width:46rem;overflow:visible}
.time{max-width:none;overflow:hidden}
svg{font:12px/1 ui-monospace,"DejaVu Sans Mono",monospace;fill:var(--ink)}
.free{overflow:visible;max-width:none}
.mid{text-anchor:middle}.right{text-anchor:end}
.when,.frame,.gap text,.more{fill:var(--soft)}
.frame{text-anchor:end}
.end{font-weight:700}
.gap text{font-style:italic}
.ladder .mid{font-family:system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.ladder .end,.ladder .name{font-family:ui-monospace,"DejaVu Sans Mono",monospace}
.name{fill:var(--soft)}
.heard{fill:var(--red);font-weight:700}
line,path{stroke:var(--soft);stroke-width:1.6;fill:none}
.life{stroke:var(--soft)}
.life.dead{stroke:var(--red);stroke-width:2.4;stroke-dasharray:2 5}
.gap path{stroke:var(--soft)}.gap .hide{stroke:var(--card);stroke-width:5}
.head{fill:var(--soft);stroke:none}
.probe line{stroke:var(--blue)}.probe .head{fill:var(--blue)}
.answer line{stroke:var(--green)}.answer .head{fill:var(--green)}
.lost line{stroke:var(--blue);stroke-dasharray:6 4}
.rst line{stroke:var(--red);stroke-width:2.4}.rst .head{fill:var(--red)}.rst .mid{font-weight:700;
fill:var(--red)}
.cross{stroke:var(--red);stroke-width:2.4}
.server{margin:1rem 0 .3rem}
.tick{stroke:var(--line);stroke-width:1}
.bar{fill:var(--bar)}.held{fill:var(--held);stroke:var(--red);stroke-width:1}
.idle{stroke:var(--amber);stroke-width:4;stroke-dasharray:3 4}
.run{stroke:var(--blue);stroke-width:3;stroke-dasharray:1 3}
.dot{fill:var(--blue)}.hollow{fill:var(--bg);stroke:var(--red);stroke-width:2}
.missing{fill:var(--amber);fill-opacity:.25;stroke:var(--amber);stroke-dasharray:4 3}
.legend svg{width:auto;vertical-align:-1px;margin-left:.6rem}
.legend svg[width="26"]{width:26px}.legend svg[width="12"]{width:12px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;
vertical-align:top;overflow-wrap:normal}
tbody th{font-weight:600}
.number{text-align:right;white-space:nowrap}
summary{cursor:pointer;padding:.3rem 0}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.6rem}
@media (max-width:36rem){body{padding:1rem .8rem 2rem}h1{font-size:1.5rem}dl{grid-template-columns:1fr}
dt{margin-top:.3rem}.card{padding:.8rem .7rem}.tiles{grid-template-columns:repeat(2,1fr)}
svg{font-size:11px}}
@media print{:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#333;--line:#999;
--red:#a00;--amber:#640;--green:#050;--blue:#039;--bar:#bbb;--held:#d99;--code:#eee}body{max-width:none;
padding:0;font-size:10.5pt}details::details-content{content-visibility:visible;display:block;
height:auto}.scroll{overflow:visible}.time{break-inside:avoid}h2,h3{break-after:avoid}
tr{break-inside:avoid}.tiles{grid-template-columns:repeat(6,1fr)}}
)css";

// Of kStyle, as SHA-256 in Base64.
inline constexpr std::string_view kStyleHash = "B0PPx+h2MMXasmK8BEdhDlPR7tizunjocie2lJZdWrU=";

}  // namespace deadpeer
