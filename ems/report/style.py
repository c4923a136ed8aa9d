"""The look of the page: light, for screen, phone and paper."""

from __future__ import annotations

from ems.report.chart import FONT
from ems.report.palette import BETTER, INK, LINE, QUIET, WORSE

CSS = f"""
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%}}
body{{margin:0;background:#f3f5f7;color:{INK};font:15px/1.55 {FONT}}}
main{{max-width:1180px;margin:0 auto;padding:20px 16px 48px}}
section,.top{{background:#fff;border:1px solid {LINE};border-radius:6px;padding:18px 20px;margin:0 0 16px}}
.top{{border-top:4px solid {BETTER}}}
header{{display:flex;justify-content:space-between;align-items:flex-start;gap:16px;flex-wrap:wrap}}
.eyebrow{{color:{QUIET};font-size:13px;letter-spacing:.06em}}
h1{{font-size:26px;line-height:1.25;margin:2px 0}}
h2{{font-size:18px;margin:0 0 10px;padding-bottom:6px;border-bottom:1px solid {LINE}}}
h3{{font-size:15px;margin:0}}
.day{{font-size:17px;color:{QUIET}}}
.badge{{font-weight:700;font-size:18px;padding:8px 18px;border-radius:4px;white-space:nowrap}}
.outcome{{font-size:16px;margin:12px 0 6px}}
.facts{{list-style:none;display:flex;flex-wrap:wrap;gap:4px 0;padding:0;margin:0 0 12px;color:{QUIET};font-size:13px}}
.facts li:not(:last-child)::after{{content:"|";margin:0 10px;color:{LINE}}}
.box{{border-left:4px solid;padding:8px 14px;margin:10px 0 0;border-radius:3px;font-size:14px}}
.box ul{{margin:4px 0 0;padding-left:20px}}
.good{{border-color:#0b6e4f;background:#eaf5f0}}
.bad{{border-color:#9b1c31;background:#fbecee}}
.caution{{border-color:#e6a800;background:#fff7e0}}
.cards{{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:10px;margin-bottom:14px}}
.card{{border:1px solid {LINE};border-radius:5px;padding:10px 12px}}
.card .name{{color:{QUIET};font-size:12.5px;min-height:2.6em;line-height:1.3}}
.card .big{{font-size:23px;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}}
.card .big span{{font-size:13px;font-weight:400;color:{QUIET}}}
.against{{font-weight:600;font-size:14px}}
.base{{color:{QUIET};font-size:12px}}
.better{{color:{BETTER}}}
.worse{{color:{WORSE}}}
.same{{color:{QUIET}}}
.why{{margin:0;padding-left:20px}}
.why li{{margin:3px 0}}
.figures{{display:grid;grid-template-columns:1fr 1fr;gap:22px 24px}}
figure{{margin:0;min-width:0;grid-column:1/-1}}
figure.half{{grid-column:auto}}
figcaption{{color:{QUIET};font-size:12.5px;margin:0 0 4px}}
.frame{{overflow-x:auto}}
.scroll{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}}
th,td{{padding:4px 9px;border-bottom:1px solid {LINE};text-align:left;vertical-align:bottom}}
th{{color:{QUIET};font-weight:600;border-bottom:2px solid {QUIET};white-space:nowrap}}
th small,tfoot small{{font-weight:400}}
.n{{text-align:right;white-space:nowrap}}
.keys td:last-child{{color:{QUIET}}}
tbody tr:nth-child(even){{background:#f8f9fb}}
tfoot td{{font-weight:600;border-top:2px solid {QUIET};border-bottom:0}}
.hours td:first-child,.hours td:nth-child(2),.bands td:first-child{{white-space:nowrap}}
.source td:first-child{{color:{QUIET};white-space:nowrap;vertical-align:top}}
.source td{{overflow-wrap:anywhere}}
.lead{{margin:0 0 12px}}
.quiet{{color:{QUIET};font-size:13px;margin:0 0 8px}}
h2+.gap,.gap{{margin-top:16px}}
@media screen and (max-width:760px){{
 main{{padding:8px 6px 32px}} section,.top{{padding:14px 12px}} h1{{font-size:21px}}
 .figures{{grid-template-columns:1fr}} .card .big{{font-size:20px}} .cards{{grid-template-columns:1fr 1fr}}
 th,td{{padding:4px 6px}}
}}
@media print{{
 @page{{size:A4;margin:12mm}}
 body{{background:#fff;font-size:12px}} main{{max-width:none;padding:0}}
 section,.top{{border:0;padding:0 0 8px;margin:0 0 10px}} .top{{border-top:4px solid {BETTER};padding-top:8px}}
 figure,.card,.box,tr{{break-inside:avoid}} h2,h3{{break-after:avoid}}
 .frame,.scroll{{overflow:visible}} table{{font-size:10px}} th,td{{padding:2px 4px}}
 .cards{{grid-template-columns:repeat(3,1fr)}}
   .modebar{{display:none!important}}
 *{{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
}}
"""
