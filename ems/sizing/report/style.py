"""The look of a study's page: that of the plan's page, with a dark side, selectors and a language switch."""

from __future__ import annotations

from ems.report.palette import INK, LINE, PAPER, QUIET
from ems.report.style import CSS as SHARED

DARK = {INK: "#e6eaef", QUIET: "#a3adb8", LINE: "#39424d", PAPER: "#1a2028"}  # light -> dark
CSS = (
    SHARED
    + f"""
main[hidden]{{display:none}}
.tools{{display:flex;gap:10px;align-items:center;flex-wrap:wrap}}
button,select{{font:inherit;font-size:14px;color:inherit;background:transparent;border:1px solid {QUIET};
 border-radius:4px;padding:4px 10px;max-width:100%}}
button{{cursor:pointer}}
select option{{color:{INK};background:{PAPER}}}
label.pick{{display:inline-flex;gap:8px;align-items:center;color:{QUIET};font-size:13px;margin:4px 0;max-width:100%}}
label.pick select{{color:{INK};min-width:0}}
.answer{{font-size:18px;line-height:1.5;margin:14px 0 8px}}
.figures{{margin-top:10px}}
section>.scroll+.figures,section>.figures+*{{margin-top:18px}}
details{{margin-top:12px}} summary{{cursor:pointer;font-weight:600;padding:4px 0}}
td.w,th.w{{min-width:9em}}
tr.total td{{font-weight:600}}
.detail{{margin-top:12px}}
.scroll+.scroll,.detail+.scroll,.box+.scroll,.why+.scroll{{margin-top:18px}}
.cards{{grid-template-columns:repeat(auto-fit,minmax(225px,1fr))}}
.card .name{{min-height:1.3em}}
.scenarios th,.grid th,.front th,.cash th,.months th,.sizes th,.devices th,.keys th{{white-space:normal}}
.front td:first-child{{white-space:nowrap}}
.grid td.n,.scenarios td.n{{padding-left:4px}}
.sub{{margin:20px 0 8px}}
.chip{{display:inline-block;padding:0 7px;border-radius:9px;font-size:12px;border:1px solid currentColor}}
.assumption{{color:#a04000}} .sourced{{color:#0b6e4f}} .computed{{color:#0072b2}}
@media screen and (prefers-color-scheme:dark){{
 :root{{color-scheme:dark}}
 body{{background:#11151a;color:{DARK[INK]}}}
 section,.top{{background:{DARK[PAPER]};border-color:{DARK[LINE]}}} .top{{border-top-color:#56b4e9}}
 h2,.card,th,td{{border-color:{DARK[LINE]}}}
 th,.quiet,figcaption,.eyebrow,.day,.facts,.base,.same,.card .name,.card .big span,label.pick,
 .source td:first-child,.keys td:last-child{{color:{DARK[QUIET]}}}
 th,tfoot td{{border-color:{DARK[QUIET]}}}
 tbody tr:nth-child(even){{background:#20272f}}
 .facts li:not(:last-child)::after{{color:{DARK[QUIET]}}}
 .better{{color:#6cb8ec}} .worse{{color:#f0955a}}
 .good{{background:#12291f}} .bad{{background:#331a1f}} .caution{{background:#2e2711}}
 button,select,label.pick select{{border-color:{DARK[QUIET]};color:{DARK[INK]}}}
 select option{{color:{DARK[INK]};background:{DARK[PAPER]}}}
 .assumption{{color:#f0a868}} .sourced{{color:#5cc79b}} .computed{{color:#6cb8ec}}
}}
@media screen and (max-width:760px){{
 .cards{{grid-template-columns:1fr 1fr}} .answer{{font-size:16px}} .badge{{font-size:15px;padding:5px 12px}}
 .scroll td:first-child{{min-width:6.5em}}
}}
@media print{{
 button,label.pick select{{border:0;appearance:none;padding:0}} .tools button{{display:none}}
 details::details-content{{content-visibility:visible;height:auto}}
 summary{{list-style:none}}
}}
"""
)
