"""Every law that the audit knows speaks up for some falsehood, and every law that speaks has a Chinese name."""

from ems.audit import audit
from ems.report.names import LAW_ZH
from ems.schedule import Schedule
from tests import surroundings
from tests.bending import BENDS, judged
from tests.surroundings import CASES


def test_every_law_speaks():
    heard: set[str] = set()
    for c in CASES.values():
        s = surroundings.solved(c, gap=5e-3)
        for quantity, x in s.schedule.tables[c.name].items():
            for bend in BENDS.values():
                heard |= {v.law for v in judged(s, c.name, str(quantity), bend(x.to_numpy(float)))}
    nothing = audit(s.site, s.w, Schedule({}))
    heard |= {v.law for v in nothing}
    fixed = {law for law in heard if not law.startswith("series ")}
    by_hand = {"steps differ from the inputs"}  # see test_audit_awake
    assert set(LAW_ZH) - fixed - by_hand == set()
    assert fixed - set(LAW_ZH) == set()
