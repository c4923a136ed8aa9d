"""What the page adds to the look of all pages."""

from __future__ import annotations

from ems.report.palette import LINE, QUIET
from ems.sizing.report.style import DARK

CSS = f"""
code{{overflow-wrap:break-word;
 font-family:ui-monospace,'Cascadia Mono','Noto Sans Mono','DejaVu Sans Mono',monospace;font-size:.92em}}
h3.sub{{margin:22px 0 6px}}
.box{{margin-bottom:4px}}
.cards+.facts{{margin-top:4px}}
.factors td,.formulas td,.gaps td,.claims td,.assumed td,.certificates td,.lines td{{vertical-align:top}}
.classes th,.totals th,.scopes th,.headlines th,.change th{{white-space:normal}}
.id{{font-size:12px;color:{QUIET};white-space:normal}}
.factors td:first-child{{min-width:15em}} .formulas td:nth-child(2){{min-width:18em}}
.claims td{{min-width:7em}} .claims td:last-child{{min-width:18em}}
.chip{{white-space:nowrap}} .chip.yes{{color:#0b6e4f}} .chip.no{{color:#9b1c31}} .chip.maybe{{color:#a04000}}
section>.box+.figures,section>ul+.figures{{margin-top:16px}}
.beside{{border:1px dashed {QUIET};border-radius:5px;padding:10px 14px;margin-top:18px}}
@media screen and (prefers-color-scheme:dark){{
 .id{{color:{DARK[QUIET]}}} .beside{{border-color:{DARK[LINE]}}}
 .chip{{white-space:nowrap}} .chip.yes{{color:#5cc79b}} .chip.no{{color:#f08a9a}} .chip.maybe{{color:#f0a868}}
}}
@media screen and (max-width:760px){{
 .factors td:first-child,.formulas td:nth-child(2){{min-width:12em}} .claims td:last-child{{min-width:20em}}
 .headlines td:first-child,.totals td:first-child,.memo td:first-child{{min-width:9em}}
 .certificates td:last-child,.factors td:last-child,.assumed td:last-child,.formulas td:last-child{{min-width:14em}}
 .gaps td:last-child,.gaps td:first-child{{min-width:9em}}
}}
@media print{{
 .quiet,figcaption,.lead{{break-after:avoid}} .badge{{font-size:13px;padding:4px 10px}}
 .factors td:first-child,.formulas td:nth-child(2){{min-width:12em}} .claims td,.claims td:last-child{{min-width:0}}
 .assumed td:first-child{{min-width:16em}}
 code,.id{{overflow-wrap:anywhere}} .id{{font-size:8.5px}} .chip{{font-size:9px;padding:0 4px}}
 .cards{{grid-template-columns:repeat(4,1fr)}} .card .big{{font-size:18px}} .answer{{font-size:15px}}
 summary{{break-after:avoid}}
}}
"""
