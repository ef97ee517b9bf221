"""The shapes of the API's answers, for its OpenAPI description."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

# A NUL is in no text of ours, and the doors refuse it.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Answer = Literal["yes", "no", "unknown"]


class Asked(Schema):
    """The filters of the search page. What cannot be understood is left out, with a note."""

    q: Text = Field("", description="Words, NCT ids, “phrases”, -exclusions")
    status: list[Text] = Field([], description="Overall status of the registry: recruiting, …")
    phase: list[Text] = Field([], description="phase1, phase2, …; a combined phase counts in both")
    condition: list[Text] = Field([], description="Slugs of cancer types")
    therapy: list[Text] = Field([], description="Slugs of therapy types")
    place: list[Text] = Field([], description="ours for trials open at this clinic")
    volunteers: list[Text] = Field([], description="yes or no: may healthy people join")
    biomarker: list[Text] = Field([], description="Slugs of biomarkers that a trial asks about")
    prior: list[Text] = Field([], description="none or had: earlier treatment, where it is stated")
    visits: list[Text] = Field([], description="1, 2 or 4: at most so many visits a month")
    overnight: list[Text] = Field([], description="no: no nights in the hospital")
    biopsy: list[Text] = Field([], description="no: no tissue samples")
    placebo: list[Text] = Field([], description="no: no placebo")
    travel: list[Text] = Field([], description="yes: help with travel")
    speaks: list[Text] = Field([], description="Languages of the team: en, es, zh, …")
    age: Text = Field("", description="Age in years")
    sex: Text = Field("", description="female or male")
    zip: Text = Field("", description="US ZIP code that distances are counted from")
    within: Text = Field("", description="Miles from the ZIP code; anywhere without it")
    sort: Text = Field("", description="relevance, updated, title, start or distance (needs zip)")
    page: Text = Field("", description="Number of the page, from 1")
    page_size: Text = Field("", description="Trials on a page, 1 to 1000; 50 without it")
    format: Text = Field("", description="csv for a table")


class Refusal(Schema):
    """Why there is no answer."""

    detail: str


class TrialRow(Schema):
    """A trial in a list."""

    nct_id: str
    title: str
    plain_title: str | None
    status: str
    our_site_open: bool
    phases: list[str]
    study_type: str
    conditions: list[str]
    cancer_types: list[str]
    therapy_types: list[str]
    biomarkers: list[str]
    sex: str
    minimum_age: str | None
    maximum_age: str | None
    sponsor: str
    last_update_posted: date | None
    distance_miles: float | None = Field(
        description="To the nearest place that takes new people (any place, if none does); "
        "null without a ZIP code or coordinates"
    )
    url: str


class TrialPage(Schema):
    """One page of a search."""

    count: int
    next: str | None
    previous: str | None
    results: list[TrialRow]
    notes: list[str] = Field([], description="Only when something was odd")


class SiteRow(Schema):
    """A place of a trial."""

    facility: str
    city: str
    state: str
    zip: str
    country: str
    status: str
    latitude: float | None
    longitude: float | None
    is_ours: bool


class PlainText(Schema):
    """Our own text about a trial, in one language."""

    language: str
    title: str
    what_is_it_about: str
    who_can_join: str
    what_happens: str
    possible_benefits: str
    possible_risks: str
    costs: str
    near_home: str
    lodging: str
    afterwards: str
    questions: str
    visits_per_month: int | None = Field(description="null: not known")
    overnight_stays: Answer
    biopsies: Answer
    placebo_possible: Answer
    travel_help: Answer
    languages: str = Field(description="That the team speaks, in words; empty: not known")
    is_demo_content: bool = Field(description="Whether no clinician has reviewed it")
    is_older_than_record: bool = Field(description="Whether the record has changed since")
    reviewed_by: str | None
    reviewed_on: date | None


class Treatment(Schema):
    """What is tested or given."""

    name: str
    type: str
    description: str
    other_names: list[str]


class Arm(Schema):
    """A group of the people in a trial."""

    label: str
    type: str
    description: str


class Official(Schema):
    """Who leads a trial."""

    name: str
    affiliation: str


class Reference(Schema):
    """A publication about a trial."""

    citation: str
    pmid: str


class TrialDetail(TrialRow):
    """What a trial's page says about it: the registry's words, our plain summaries, the places."""

    official_title: str
    summary: str
    description: str
    keywords: list[str]
    interventions: list[str] = Field(description="Names of the treatments")
    treatments: list[Treatment]
    arms: list[Arm]
    officials: list[Official]
    references: list[Reference]
    collaborators: list[str]
    criteria: str
    purpose: str
    allocation: str
    masking: str
    enrollment: int | None
    healthy_volunteers: bool | None
    start: date | None
    primary_completion: date | None
    completion: date | None
    status_verified: date | None
    why_stopped: str
    confirmed_open_at: datetime | None
    last_looked_at: datetime | None
    plain_summaries: list[PlainText]
    sites: list[SiteRow]
