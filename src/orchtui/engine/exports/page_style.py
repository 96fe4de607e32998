"""The looks of an exported page and of an exported timeline, for light and dark.

Only names of classes are shared with the rooms that draw. Every state has a shape of
its own beside its colour. This module never sees a run.
"""

_LIGHT = (
    "--ground:#fbfaf8;--card:#ffffff;--ink:#1d1c1a;--soft:#6a655d;--line:#e3ded5;--code:#f4f1eb;"
    "--accent:#3355b5;--ok:#2f8554;--okink:#23683f;--okground:#e4f3ea;--bad:#c23a3a;--badink:#a32a2a;"
    "--badground:#fbe8e6;--warn:#a8690a;--warnink:#85520a;--warnground:#fcf1dc;--run:#3355b5;"
    "--runground:#e7ecfa;--wait:#a39c90;--hold:#b07bb8"
)
_DARK = (
    "--ground:#16161a;--card:#1d1e23;--ink:#ebe8e2;--soft:#a19b90;--line:#33343b;--code:#26272d;"
    "--accent:#93aef5;--ok:#4fae78;--okink:#7fd3a2;--okground:#1c3326;--bad:#e06c66;--badink:#f2938d;"
    "--badground:#3b2122;--warn:#d9a04a;--warnink:#edbd72;--warnground:#382b17;--run:#7d9bf0;"
    "--runground:#222c47;--wait:#777168;--hold:#c79ad0"
)

COLORS = (
    f":root{{color-scheme:light dark;{_LIGHT}}}"
    f"@media(prefers-color-scheme:dark){{:root{{{_DARK}}}}}"
)
"""Names of colours, by what they mean."""

TIMELINE = """
.timeline{font:13px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
.timeline .soft{fill:var(--soft)}
.timeline .small{font-size:11px}
.timeline .end{text-anchor:end}
.timeline .middle{text-anchor:middle}
.timeline .grid{stroke:var(--line);stroke-width:1}
.timeline .band{fill:var(--code);opacity:.55}
.timeline .work{fill:var(--ok)}
.timeline .going{fill:var(--run)}
.timeline .lost{fill:var(--bad)}
.timeline .stopped{fill:var(--warn)}
.timeline .hatch{stroke:var(--card);stroke-width:2.5;opacity:.55}
.timeline .others,.timeline .slot,.timeline .server{stroke-width:2;fill:none}
.timeline .others{stroke:var(--wait);stroke-dasharray:1.5 4;stroke-linecap:round}
.timeline .slot{stroke:var(--wait);stroke-dasharray:7 4}
.timeline .server{stroke:var(--hold);stroke-dasharray:2.5 2.5}
.timeline .tool{stroke:var(--card);stroke-width:1.5}
.timeline .toolfailed{stroke:var(--ink);stroke-width:2}
.timeline .again{fill:var(--ink);font-size:12px;text-anchor:middle}
.timeline .race{fill:var(--ink);stroke:var(--card);stroke-width:1}
.timeline .pause{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}
.timeline .now{stroke:var(--run);stroke-width:1.5}
.timeline .nowink{fill:var(--run)}
.timeline .critical{fill:var(--bad);font-weight:700}
.timeline .completed{fill:var(--okink)}
.timeline .failed{fill:var(--badink)}
.timeline .cancelled,.timeline .skipped{fill:var(--warnink)}
"""

PAGE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
.page{max-width:1120px;margin:0 auto;padding:40px 24px 80px}
h1,h2,h3,h4,h5,h6{line-height:1.25;margin:1.6em 0 .5em}
h1{font-size:2rem;margin:.1em 0 .35em;letter-spacing:-.015em}
h2{font-size:1.3rem;margin:2.4em 0 .8em;padding-bottom:.35em;border-bottom:1px solid var(--line)}
a{color:var(--accent);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999em}.skip:focus{left:16px;top:8px}
.over{color:var(--soft);font-size:.85rem;margin:0}
.over code{background:none;padding:0}
.chip{display:inline-block;font-size:.8rem;font-weight:700;letter-spacing:.04em;line-height:1;
padding:.5em .8em;border-radius:99px;background:var(--code);color:var(--soft);white-space:nowrap}
.chip.good{background:var(--okground);color:var(--okink)}
.chip.bad{background:var(--badground);color:var(--badink)}
.chip.mid{background:var(--warnground);color:var(--warnink)}
.chip.going{background:var(--runground);color:var(--accent)}
.verdict{display:flex;flex-wrap:wrap;gap:.5em .8em;align-items:center;margin:.2em 0 1.4em}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));margin:0;
background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden}
.figures div{padding:14px 16px;box-shadow:1px 0 var(--line),0 1px var(--line)}
.figures dt{color:var(--soft);font-size:.78rem;line-height:1.3}
.figures dd{margin:.2em 0 0;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.35}
.note{border-left:4px solid var(--warn);background:var(--warnground);color:var(--ink);
border-radius:0 8px 8px 0;padding:.65em 1em;margin:.8em 0}
.note b{color:var(--warnink);letter-spacing:.03em;margin-right:.5em}
nav ul{list-style:none;margin:1.4em 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.3em 1.2em}
.scroll{overflow:auto;max-height:85vh;border:1px solid var(--line);border-radius:12px;
background:var(--card)}
.scroll svg{display:block;min-width:860px;width:100%;height:auto}
details{background:var(--card);border:1px solid var(--line);border-radius:12px;margin:.7em 0}
details details{border-radius:8px;background:none}
summary{cursor:pointer;padding:.75em 1.1em;border-radius:12px;list-style:none;display:flex;
gap:.7em;align-items:baseline}
summary::-webkit-details-marker{display:none}
summary::before{content:"▸";color:var(--soft);flex:none;width:.8em}
details[open]>summary::before{content:"▾"}
summary:hover{background:var(--code)}
summary>.row{display:flex;flex:1;flex-wrap:wrap;gap:.2em .9em;align-items:baseline}
details details{margin:.5em 0}details details summary{padding:.45em .8em;font-size:.92rem}
details details .inside{padding:0 .8em .6em}
summary .name{font-weight:600;flex:1 1 14em}
details details summary .name{font-weight:400}
summary .chip{padding:.35em .7em;font-size:.74rem}
summary .facts{color:var(--soft);font-size:.88rem;font-variant-numeric:tabular-nums}
.inside{padding:.2em 1.1em 1.1em}
.about{color:var(--soft);font-size:.88rem;margin:.2em 0}
.why{color:var(--badink);margin:.5em 0}
.status{font-weight:700;font-size:.8rem;letter-spacing:.03em}
.status.completed{color:var(--okink)}.status.failed{color:var(--badink)}
.status.cancelled,.status.skipped{color:var(--warnink)}
.status.running,.status.queued,.status.retrying,.status.waiting{color:var(--accent)}
.answer{border-top:1px solid var(--line);margin-top:.9em;padding-top:.3em;max-width:76ch}
.answer>:first-child{margin-top:.6em}
.answer img{max-width:100%}
pre,code,kbd{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--code);padding:.1em .3em;border-radius:4px}
pre{background:var(--code);padding:.9em 1em;border-radius:8px;overflow:auto;margin:.8em 0}
pre code{background:none;padding:0}
pre.asked{white-space:pre-wrap}
blockquote{margin:.8em 0;padding:.05em 1em;border-left:3px solid var(--line);color:var(--soft)}
table{border-collapse:collapse;display:block;overflow-x:auto;max-width:100%;margin:1em 0}
th,td{border:1px solid var(--line);padding:.35em .7em;text-align:left;vertical-align:top}
th{background:var(--code)}
.center{text-align:center}
.num{text-align:right;font-variant-numeric:tabular-nums}
hr{border:0;border-top:1px solid var(--line);margin:1.6em 0}
q{background:var(--warnground);border-radius:3px;padding:.05em .3em;quotes:"“" "”"}
.left{color:var(--warnink);font-size:.9rem;border-top:1px dashed var(--line);padding-top:.5em}
footer{margin-top:4em;padding-top:1.2em;border-top:1px solid var(--line);color:var(--soft);
font-size:.85rem}
@media(max-width:600px){.page{padding:22px 14px 50px}h1{font-size:1.5rem}
.figures{grid-template-columns:1fr 1fr}.inside{padding:.1em .8em .9em}summary{padding:.7em .8em}}
@media print{:root{--ground:#fff;--card:#fff}body{font-size:10.5pt}.page{max-width:none;padding:0}
nav,.skip{display:none}.scroll{max-height:none;overflow:visible}.scroll svg{min-width:0}
details{break-inside:auto;border-color:#ccc}details::details-content{content-visibility:visible;
block-size:auto}summary{break-after:avoid}pre{white-space:pre-wrap}
a[href^="http"]::after{content:" (" attr(href) ")";font-size:.85em;color:#555}}
"""
