"""Reads one study of the ClinicalTrials.gov API v2 into plain values. Pure.

Unknown keys are ignored; unknown enumeration values are kept and listed in ``Record.notices``;
what is missing or malformed reads as absent. Only a study without an NCT id, a title or a status
is refused.
"""

from dataclasses import dataclass
from typing import Any

from trials.eligibility import Age, parse_age
from trials.registry import enumerations
from trials.registry.values import (
    ENUM_LENGTH,
    Node,
    PartialDate,
    clean,
    emails,
    nct_id,
    partial_date,
)


class RecordRefused(ValueError):
    """A record that cannot be imported; the message is a sentence for the operator."""

    def __init__(self, reason: str, nct_id: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.nct_id = nct_id


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to ask, of the study or of one site."""

    name: str
    role: str
    phone: str
    phone_ext: str
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One location."""

    facility: str
    city: str
    state: str
    zip: str
    country: str
    status: str
    latitude: float | None
    longitude: float | None
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One group of participants."""

    label: str
    type: str
    description: str
    interventions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intervention:
    """One treatment, with the other names it goes by."""

    name: str
    type: str
    description: str
    other_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Official:
    """Who leads the study."""

    name: str
    affiliation: str
    role: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication about the study."""

    citation: str
    pmid: str
    type: str


@dataclass(frozen=True, slots=True)
class MeshTerm:
    """A MeSH heading that the registry derived."""

    id: str
    term: str


@dataclass(frozen=True, slots=True)
class Record:
    """One study, in the field names of the API."""

    nct_id: str
    aliases: tuple[str, ...]
    org_study_id: str
    secondary_ids: tuple[str, ...]
    brief_title: str
    official_title: str
    acronym: str
    status: str
    last_known_status: str
    why_stopped: str
    status_verified: PartialDate | None
    first_posted: PartialDate | None
    last_update_posted: PartialDate | None
    start: PartialDate | None
    primary_completion: PartialDate | None
    completion: PartialDate | None
    sponsor: str
    collaborators: tuple[str, ...]
    brief_summary: str
    detailed_description: str
    conditions: tuple[str, ...]
    keywords: tuple[str, ...]
    study_type: str
    phases: tuple[str, ...]
    purpose: str
    allocation: str
    masking: str
    enrollment: int | None
    enrollment_type: str
    arms: tuple[Arm, ...]
    interventions: tuple[Intervention, ...]
    criteria: str
    sex: str
    minimum_age: Age | None
    minimum_age_text: str
    maximum_age: Age | None
    maximum_age_text: str
    healthy_volunteers: bool | None
    contacts: tuple[Contact, ...]
    sites: tuple[Site, ...]
    officials: tuple[Official, ...]
    references: tuple[Reference, ...]
    condition_mesh: tuple[MeshTerm, ...]
    condition_ancestors: tuple[MeshTerm, ...]
    intervention_mesh: tuple[MeshTerm, ...]
    intervention_ancestors: tuple[MeshTerm, ...]
    has_results: bool
    notices: tuple[str, ...]


def read_record(study: Any) -> Record:
    """Return the study as a Record; raise RecordRefused when it is none."""
    return _Reader(study, read_key(study)).record()


def read_key(study: Any) -> str:
    """Return the study's NCT id; raise RecordRefused when it is no study or has none."""
    if not isinstance(study, dict) or not isinstance(study.get("protocolSection"), dict):
        raise RecordRefused("This is not an API v2 study: it has no protocolSection.")
    given = Node(study["protocolSection"]).node("identificationModule").text("nctId")
    key = nct_id(given)
    if not key:
        said = f"“{given[:40]}” is not an NCT id" if given else "it has no NCT id"
        raise RecordRefused(f"The record cannot be identified: {said}.", given[:40])
    return key


class _Reader:
    """Walks the modules of one study and collects notices on the way."""

    def __init__(self, study: dict[str, Any], key: str) -> None:
        self.key = key
        self.study = Node(study)
        self.protocol = self.study.node("protocolSection")
        self.notices: dict[str, None] = {}

    def record(self) -> Record:
        identification = self.protocol.node("identificationModule")
        status = self.protocol.node("statusModule")
        title = self._title(identification, status)
        eligibility = self.protocol.node("eligibilityModule")
        design = self.protocol.node("designModule")
        info = design.node("designInfo")
        enrollment = design.node("enrollmentInfo")
        arms = self.protocol.node("armsInterventionsModule")
        places = self.protocol.node("contactsLocationsModule")
        sponsors = self.protocol.node("sponsorCollaboratorsModule")
        description = self.protocol.node("descriptionModule")
        conditions = self.protocol.node("conditionsModule")
        minimum, minimum_text = self._age(eligibility, "minimumAge")
        maximum, maximum_text = self._age(eligibility, "maximumAge")
        return Record(
            nct_id=self.key,
            aliases=tuple(
                alias
                for alias in dict.fromkeys(map(nct_id, identification.texts("nctIdAliases")))
                if alias and alias != self.key
            ),
            org_study_id=identification.node("orgStudyIdInfo").text("id"),
            secondary_ids=_present(n.text("id") for n in identification.nodes("secondaryIdInfos")),
            brief_title=title,
            official_title=identification.text("officialTitle"),
            acronym=identification.text("acronym"),
            status=self._enum(status, "overallStatus", enumerations.STATUS),
            last_known_status=self._enum(status, "lastKnownStatus", enumerations.STATUS),
            why_stopped=status.text("whyStopped"),
            status_verified=self._date(status, "statusVerifiedDate"),
            first_posted=self._date(status, "studyFirstPostDateStruct"),
            last_update_posted=self._date(status, "lastUpdatePostDateStruct"),
            start=self._date(status, "startDateStruct"),
            primary_completion=self._date(status, "primaryCompletionDateStruct"),
            completion=self._date(status, "completionDateStruct"),
            sponsor=sponsors.node("leadSponsor").text("name"),
            collaborators=_present(n.text("name") for n in sponsors.nodes("collaborators")),
            brief_summary=description.text("briefSummary"),
            detailed_description=description.text("detailedDescription"),
            conditions=conditions.texts("conditions"),
            keywords=conditions.texts("keywords"),
            study_type=self._enum(design, "studyType", enumerations.STUDY_TYPE),
            phases=self._enums(design, "phases", enumerations.PHASE),
            purpose=self._enum(info, "primaryPurpose", enumerations.PURPOSE),
            allocation=self._enum(info, "allocation", enumerations.ALLOCATION),
            masking=self._enum(info.node("maskingInfo"), "masking", enumerations.MASKING),
            enrollment=enrollment.count("count"),
            enrollment_type=self._enum(enrollment, "type", enumerations.DATE_TYPE),
            arms=tuple(self._arm(node) for node in arms.nodes("armGroups")),
            interventions=tuple(
                self._intervention(node)
                for node in arms.nodes("interventions")
                if node.text("name")
            ),
            criteria=eligibility.text("eligibilityCriteria"),
            sex=self._enum(eligibility, "sex", enumerations.SEX),
            minimum_age=minimum,
            minimum_age_text=minimum_text,
            maximum_age=maximum,
            maximum_age_text=maximum_text,
            healthy_volunteers=eligibility.flag("healthyVolunteers"),
            contacts=_contacts(places, "centralContacts"),
            sites=tuple(dict.fromkeys(map(self._site, places.nodes("locations")))),
            officials=tuple(
                Official(node.text("name"), node.text("affiliation"), node.text("role"))
                for node in places.nodes("overallOfficials")
            ),
            references=self._references(),
            condition_mesh=self._mesh("conditionBrowseModule", "meshes"),
            condition_ancestors=self._mesh("conditionBrowseModule", "ancestors"),
            intervention_mesh=self._mesh("interventionBrowseModule", "meshes"),
            intervention_ancestors=self._mesh("interventionBrowseModule", "ancestors"),
            has_results=self.study.flag("hasResults") or False,
            notices=tuple(self.notices),
        )

    def _title(self, identification: Node, status: Node) -> str:
        title = identification.text("briefTitle") or identification.text("officialTitle")
        if not title:
            raise RecordRefused(f"{self.key} has no title.", self.key)
        if not status.text("overallStatus"):
            raise RecordRefused(f"{self.key} has no overall status.", self.key)
        return title

    def _enum(self, node: Node, key: str, known: frozenset[str]) -> str:
        return self._known(key, node.text(key), known)

    def _enums(self, node: Node, key: str, known: frozenset[str]) -> tuple[str, ...]:
        return tuple(self._known(key, value, known) for value in node.texts(key))

    def _known(self, key: str, value: str, known: frozenset[str]) -> str:
        value = value[:ENUM_LENGTH].strip()
        if value and value not in known:
            self.notices[f"{key} has the unknown value “{value}”"] = None
        return value

    def _date(self, node: Node, key: str) -> PartialDate | None:
        struct = node.node(key)
        given = struct.data.get("date") if struct else node.data.get(key)
        if not given:
            return None
        read = partial_date(given, self._enum(struct, "type", enumerations.DATE_TYPE))
        if read is None:
            self.notices[f"{key} has the unreadable date “{clean(str(given))[:40]}”"] = None
        return read

    def _age(self, node: Node, key: str) -> tuple[Age | None, str]:
        text = node.text(key)
        age = parse_age(text)
        if text and age is None and text.upper() not in {"N/A", "NA", "NONE"}:
            self.notices[f"{key} has the unreadable age “{text[:40]}”"] = None
        return age, text[:ENUM_LENGTH]

    def _arm(self, node: Node) -> Arm:
        return Arm(
            label=node.text("label"),
            type=self._enum(node, "type", enumerations.ARM_TYPE),
            description=node.text("description"),
            interventions=node.texts("interventionNames"),
        )

    def _intervention(self, node: Node) -> Intervention:
        return Intervention(
            name=node.text("name"),
            type=self._enum(node, "type", enumerations.INTERVENTION_TYPE),
            description=node.text("description"),
            other_names=node.texts("otherNames"),
        )

    def _site(self, node: Node) -> Site:
        point = node.node("geoPoint")
        latitude, longitude = point.number("lat", 90), point.number("lon", 180)
        if latitude is None or longitude is None:
            latitude = longitude = None
        return Site(
            facility=node.text("facility"),
            city=node.text("city"),
            state=node.text("state"),
            zip=node.text("zip"),
            country=node.text("country"),
            status=self._enum(node, "status", enumerations.STATUS),
            latitude=latitude,
            longitude=longitude,
            contacts=_contacts(node, "contacts"),
        )

    def _references(self) -> tuple[Reference, ...]:
        nodes = self.protocol.node("referencesModule").nodes("references")
        return tuple(
            Reference(node.text("citation"), node.text("pmid"), node.text("type"))
            for node in nodes
            if node.text("citation") or node.text("pmid")
        )

    def _mesh(self, module: str, key: str) -> tuple[MeshTerm, ...]:
        nodes = self.study.node("derivedSection").node(module).nodes(key)
        return tuple(
            MeshTerm(node.text("id"), node.text("term")) for node in nodes if node.text("term")
        )


def _contacts(node: Node, key: str) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            name=contact.text("name"),
            role=contact.text("role"),
            phone=contact.text("phone"),
            phone_ext=contact.text("phoneExt"),
            emails=emails(contact.data.get("email")),
        )
        for contact in node.nodes(key)
    )


def _present(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
