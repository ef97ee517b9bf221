"""What the roles may do with trials in the admin; nobody edits the mirror itself."""

from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS

_LOOK = ["trials.view_trial"]
_REPORT = ["trials.view_registryalert", "trials.settle_registryalert"]
_CLASSIFY = [*_LOOK, "trials.change_trial"]

PERMISSIONS: dict[str, list[str]] = {
    EDITORS: [
        *_CLASSIFY,
        *_REPORT,
        "trials.add_plainsummary",
        "trials.change_plainsummary",
        "trials.view_plainsummary",
    ],
    REVIEWERS: [*_LOOK, "trials.view_plainsummary"],
    COORDINATORS: [*_LOOK, *_REPORT, "trials.view_plainsummary"],
    LEADS: [*_LOOK, *_REPORT, "trials.view_plainsummary"],
    ADMINISTRATORS: [
        *_CLASSIFY,
        "trials.view_plainsummary",
        "trials.add_registryquery",
        "trials.change_registryquery",
        "trials.delete_registryquery",
        "trials.view_registryquery",
        *_REPORT,
        "trials.view_syncrun",
        "trials.view_refusedrecord",
    ],
}
