"""Recognises the clinic's own site in registry records. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from trials.enums import KNOWN_STATUSES, STOPPED_STATUSES, TrialStatus
from trials.registry.record import Record, Site

WORD = re.compile(r"[^\W_]+")
US_ZIP = re.compile(r"(\d{5})(?:-\d{4})?")


@dataclass(frozen=True, slots=True)
class OurFacility:
    """The names and ZIP codes that the clinic's settings give."""

    names: frozenset[str]
    zip_codes: frozenset[str]

    @classmethod
    def from_settings(cls, facility_names: str, zip_codes: str) -> "OurFacility":
        """Return what was entered, one name a line and ZIP codes separated by spaces."""
        names = (normalised(line) for line in facility_names.splitlines())
        codes = re.findall(r"\d{5}", zip_codes)
        return cls(frozenset(name for name in names if name), frozenset(codes))

    def is_at(self, facility: str, zip_code: str) -> bool:
        """Return whether a site is ours: by name, unless a readable ZIP says another place."""
        if not self.names or normalised(facility) not in self.names:
            return False
        match = US_ZIP.fullmatch(zip_code.strip())
        return match is None or not self.zip_codes or match[1] in self.zip_codes


@lru_cache(maxsize=16_384)
def normalised(name: str) -> str:
    """Return the words of a facility name without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(WORD.findall(kept))


def site_is_open(site_status: str, trial_status: str) -> bool:
    """Return whether a site takes new participants.

    Open is RECRUITING, or no site status while the whole trial is RECRUITING; a trial that has
    stopped closes all of its sites, whatever their rows still say. So does a status that the
    registry invented since: what we do not understand, we do not offer.
    """
    if trial_status in STOPPED_STATUSES or trial_status not in KNOWN_STATUSES:
        return False
    return (site_status or trial_status) == TrialStatus.RECRUITING


def our_sites(record: Record, ours: OurFacility) -> list[Site]:
    """Return the record's sites that are ours."""
    return [site for site in record.sites if ours.is_at(site.facility, site.zip)]
