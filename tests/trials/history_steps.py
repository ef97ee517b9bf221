"""What each step of the 40 real histories has to do, written down by reading the records.

One line a step: the study, the step, the fields that the kept version has to name, then after ``>``
the alerts that staff have to get, after ``@`` what becomes of our site where every site is ours.
A line without fields is a record that says what we hold: no version, no write.
"""

STEPS = """
NCT04457778 01
NCT04514484 01 completion enrollment enrollment_type last_update_posted primary_completion
    status_verified
NCT04514484 02 completion last_update_posted primary_completion
NCT04514484 03 last_update_posted
NCT04514484 04 last_update_posted
NCT04514484 05 last_update_posted
NCT04736173 01 last_update_posted sites
NCT04895709 01 contacts ipdSharingStatementModule last_update_posted sites status_verified
NCT05009069 01 references
NCT05063149 01 references
NCT05280470 01 arms detailed_description last_update_posted status_verified > rewritten
NCT05294952 01 last_known_status status > stopped
NCT05329766 01 last_update_posted
NCT05537740 01 referencesModule
NCT05537740 02 last_update_posted sites status_verified
NCT05568095 01 last_update_posted sites
NCT05574335 01 last_update_posted status_verified
NCT05665595 01 references
NCT05775159 01 last_update_posted status_verified
NCT05805501 01 completion last_update_posted primary_completion sites status_verified
NCT06203210 01 contacts criteria last_update_posted our_site_open sites status status_verified >
    rewritten @ open
NCT06203210 02 last_update_posted sites
NCT06242470 01 last_update_posted sites status_verified
NCT06302556 01 last_known_status status > stopped
NCT06346197 01 last_update_posted sites status_verified
NCT06362252 01 last_update_posted sites status_verified
NCT06612645 01 completion last_update_posted primary_completion status_verified
NCT06646627 01 completion last_update_posted primary_completion status_verified
NCT06657144 01 last_update_posted sites status_verified
NCT06657144 02 last_update_posted sites
NCT06657144 03 last_update_posted sites
NCT06692738 01 last_update_posted sites status_verified
NCT06780137 01 last_update_posted status_verified
NCT06780137 02 arms completion criteria enrollment last_update_posted outcomesModule
    referencesModule sites status_verified > rewritten
NCT06819735 01 last_update_posted sites status_verified
NCT06821503 01 criteria last_update_posted our_site_open sites start status status_verified >
    rewritten @ open
NCT06868277 01 last_update_posted sites status_verified
NCT06892548 01 last_update_posted sites status_verified
NCT06911827 01 last_update_posted our_site_open sites start status status_verified @ open
NCT06989112 01 last_update_posted sites status_verified
NCT06989112 02 last_update_posted sites status_verified
NCT06996782 01 last_update_posted sites status_verified
NCT07011550 01 contacts enrollment enrollment_type last_update_posted our_site_open sites start
    status status_verified why_stopped > closed stopped @ closed
NCT07011550 02 last_update_posted
NCT07011550 03 last_update_posted status_verified
NCT07099898 01 completion enrollment last_update_posted primary_completion sites status_verified
NCT07115043 01 last_update_posted sites status_verified
NCT07161414 01 last_update_posted sites status_verified
NCT07221253 01 last_update_posted sites status_verified
NCT07222735 01 last_update_posted start status_verified
NCT07227597 01 arms contacts criteria last_update_posted our_site_open outcomesModule
    referencesModule sites start status status_verified > rewritten @ open
NCT07386002 01 brief_title last_update_posted > rewritten
NCT07386002 02 acronym brief_title last_update_posted > rewritten
"""
# How many facilities stop taking people in a step, leave the record while open, or begin.
SITES = {
    ("NCT06203210", "01"): (0, 0, 170),
    ("NCT06203210", "02"): (0, 6, 1),
    ("NCT06362252", "01"): (1, 0, 16),
    ("NCT06821503", "01"): (0, 0, 1),
    ("NCT07011550", "01"): (1, 0, 0),
}


def expected_steps() -> dict[tuple[str, str], tuple[set[str], set[str], str]]:
    """Return changed fields, alerts and our site's new state by study and step."""
    steps = {}
    for line in STEPS.strip().replace("\n    ", " ").splitlines():
        rest, _at, site = line.partition(" @ ")
        rest, _arrow, alerts = rest.partition(" > ")
        study, step, *fields = rest.split()
        steps[(study, step)] = (set(fields), set(alerts.split()), site)
    return steps
