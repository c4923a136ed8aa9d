"""Cost against carbon: every point a design of its own that can be selected."""

from __future__ import annotations

from typing import Any

from ems.report.chart import Chart, axis, base_layout
from ems.report.formats import number, plain
from ems.report.palette import BETTER, INK, PAPER, QUIET, WORSE
from ems.sizing.report.pieces import Choice, Section, numbers, quiet, sheet, words
from ems.sizing.report.rows import done, failed_html
from ems.sizing.report.view import StudyView, size_number

DESIGN = "design"  # what the chosen design is called among the rows
HOVER_SIZES = 14  # of these at most are named at a point


def front_section(view: StudyView) -> Section:
    rows = sorted(done(view, "front"), key=lambda r: -float(r["kpis"]["emissions_t"]))
    if not rows:
        return Section("front", view.say("front"), after=failed_html(view, "front"))
    return Section(
        "front",
        view.say("front"),
        before=quiet(view.say("front_caption")),
        figures=[
            Choice(
                "front",
                "",
                "",
                view.say("shown"),
                [
                    (view.say("front_alone"), front_chart(view, rows)),
                    (view.say("front_and_reference"), front_chart(view, rows, reference=True)),
                ],
            )
        ],
        after=selected(view, rows) + front_table(view, rows) + failed_html(view, "front"),
    )


def design_row(view: StudyView) -> dict[str, Any]:
    """The chosen design as a point of the front."""
    d = view.design
    sizes = {name: s["value"] for name, s in d["sizes"].items()}
    compared = view.content["compared"]
    return {"id": DESIGN, "sizes": sizes, **{k: d[k] for k in ("kpis", "money", "levelised")}, "compared": compared}


def front_chart(view: StudyView, rows: list[dict[str, Any]], *, reference: bool = False) -> Chart:
    groups: list[tuple[str, list[dict[str, Any]], dict[str, Any]]] = [
        (view.say("least_cost"), rows, {"mode": "lines+markers", "line": {"color": BETTER, "width": 2}}),
        (view.say("this_design"), [design_row(view)], {"mode": "markers"}),
    ]
    if reference:
        groups.append((view.say("reference"), [{"id": "", **view.reference}], {"mode": "markers"}))
    looks = (("circle", BETTER, 12), ("star", WORSE, 15), ("diamond", QUIET, 12))
    data = []
    for (name, members, how), (symbol, shade, size) in zip(groups, looks, strict=False):
        trace: dict[str, Any] = {
            "type": "scatter",
            "name": plain(name),
            **how,
            "x": [float(f"{r['kpis']['emissions_t']:.6g}") for r in members],
            "y": view.scaled(r["money"]["annual_cost_cny"] for r in members),
            "marker": {
                "symbol": symbol,
                "color": shade,
                "size": [size] * len(members),
                "opacity": 1,
                "line": {"color": PAPER, "width": 1.5},
            },
            "text": [hover(view, r) for r in members],
            "hovertemplate": "%{text}<extra></extra>",
        }
        if members[0]["id"]:
            trace["rows"] = [r["id"] for r in members]
        data.append(trace)
    layout = base_layout()
    layout["xaxis"] = axis(view.say("emissions_axis"), linecolor=QUIET, zeroline=False)
    layout["yaxis"] = axis(view.say("annual_axis", unit=view.money_unit), zeroline=False)
    layout["hovermode"] = "closest"
    layout["hoverlabel"] |= {"align": "left"}
    layout["showlegend"] = True
    layout["legend"] |= {"y": -0.2}
    layout["font"] |= {"color": INK}
    return Chart("front", "", "", data, layout, 440)


def hover(view: StudyView, row: dict[str, Any]) -> str:
    """A design at a glance."""
    name = view.say("this_design") if row["id"] == DESIGN else "" if row["id"] else view.reference_title
    lines = [f"<b>{plain(name)}</b>"] if name else []
    facts = [("emissions_t", row["kpis"].get("emissions_t")), ("annual_cost_cny", row["money"].get("annual_cost_cny"))]
    facts += [("npv_cny", row.get("compared", {}).get("npv_cny"))] if row["id"] else []
    facts += [("hydrogen_cny_per_kg", row["levelised"].get("hydrogen_cny_per_kg"))]
    for key, x in facts:
        if x is not None:
            shown = view.money(x) if key.endswith("_cny") else view.with_unit(key, x)
            lines.append(f"{view.say(key)}: {plain(shown)}")
    sizes = row["sizes"]
    built = {n: (x["value"] if isinstance(x, dict) else x) for n, x in sizes.items()}
    shown_sizes = [(n, x) for n, x in built.items() if x > 0 and n.rsplit(".", 1)[-1].startswith("capacity")]
    for n, x in shown_sizes[:HOVER_SIZES]:
        lines.append(f"{plain(view.size_label(n))}: {size_number(x)} {_unit(view, n)}")
    return "<br>".join(lines)


def _unit(view: StudyView, name: str) -> str:
    return str(view.sizes[name]["unit"]) if name in view.sizes else ""


def selected(view: StudyView, rows: list[dict[str, Any]]) -> str:
    """Sizes and figures of every point, of which the selected one is shown."""
    points = [design_row(view), *rows]
    options = "".join(f'<option value="{plain(r["id"])}">{plain(point_name(view, k, r))}</option>'
                      for k, r in enumerate(points))  # fmt: skip
    details = "".join(
        f'<div class="detail" data-row="{plain(r["id"])}"{"" if k == 0 else " hidden"}>{detail(view, r)}</div>'
        for k, r in enumerate(points)
    )
    word = view.say("select_point")
    return f'<label class="pick">{plain(word)}<select class="points">{options}</select></label>{details}'


def point_name(view: StudyView, k: int, row: dict[str, Any]) -> str:
    t = view.with_unit("emissions_t", row["kpis"]["emissions_t"])
    name = view.say("this_design") if row["id"] == DESIGN else view.say("front_point", k=k)
    return f"{name} · {t}"


def detail(view: StudyView, row: dict[str, Any]) -> str:
    """Sizes of one point beside those of this design."""
    names = [n for n in view.sizes if n in row["sizes"]]
    own = [float(view.sizes[n]["value"]) for n in names]
    its = [float(row["sizes"][n]) for n in names]
    columns = [
        words(view.say("size"), [view.size_label(n) for n in names]),
        numbers(view.say("chosen"), [size_number(x) for x in its]),
        numbers(view.say("this_design"), [size_number(x) for x in own]),
        words(view.say("unit"), [_unit(view, n) for n in names]),
    ]
    return sheet(columns, "sizes")


def front_table(view: StudyView, rows: list[dict[str, Any]]) -> str:
    def column(key: str, part: str) -> list[str]:
        return [view.figure(key, r[part].get(key)) if r[part].get(key) is not None else number(None) for r in rows]

    money = [number(r["money"]["annual_cost_cny"]) for r in rows]
    return sheet(
        [
            words("", [view.say("front_point", k=k) for k, _ in enumerate(rows, 1)]),
            numbers(view.say("cap"), [number(r["carbon_cap_t"]) for r in rows], "tCO₂e/a"),
            numbers(view.say("emissions_t"), column("emissions_t", "kpis"), "tCO₂e/a"),
            numbers(view.say("annual_cost_cny"), money, view.unit("CNY/a")),
            numbers(view.say("npv_cny"), column("npv_cny", "compared"), view.unit("CNY")),
            numbers(view.say("abatement_cny_per_t"), column("abatement_cny_per_t", "compared"), view.unit("CNY/t")),
            numbers(view.say("renewable_share"), column("renewable_share", "kpis"), "%"),
        ],
        "front",
    )
