"""Every address of the admin, from the resolver, filled in with the keys of rows that exist."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Model
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from wagtail.models import Collection, Locale, Site, Workflow

from clinic.models import ClinicalReviewTask, User
from clinic.roles import COORDINATORS, EDITORS, reviewed_snippet_models
from tests.clinic.review_steps import submit
from tests.clinic.test_uploads import make_document, make_image
from tests.factories import (
    make_home_page,
    make_page,
    make_patient_text,
    make_person,
    make_user,
)
from tests.inquiries.factories import make_inquiry, make_member, make_trial

PREFIX = "admin/"


@dataclass(frozen=True)
class Address:
    """One pattern of the admin and the address that leads to a row of the sample."""

    pattern: str
    view_name: str
    path: str


class Sample:
    """One row of everything that an address of the admin may name."""

    def __init__(self) -> None:
        from wagtail.contrib.redirects.models import Redirect

        from education.models import GlossaryTerm, SymptomWord
        from tests.trials.factories import (
            add_synonyms,
            make_cancer_type,
            make_marker,
            make_therapy_type,
        )
        from trials.inquiries.models import Hold, MessageTemplate
        from trials.models import PlainSummary, RefusedRecord, RegistryQuery, SyncRun

        self.home = make_home_page()
        self.page = make_page(self.home)
        self.editor = make_user(EDITORS)
        self.image, self.document = make_image(self.editor), make_document(self.editor)
        self.text = make_patient_text()
        self.person = make_person()
        self.trial = make_trial()
        self.inquiry = make_inquiry(trial=self.trial)
        self.member = make_member(self.trial, COORDINATORS)
        self.task_state = submit(make_page(self.home, live=False), self.editor)
        cancer = make_cancer_type("melanoma", "Melanoma")
        make_therapy_type("checkpoint", "Checkpoint inhibitors")
        make_marker("pd-l1", "PD-L1")
        now = self.inquiry.received_at
        locale = Locale.get_default()
        summary = PlainSummary.objects.create(
            trial=self.trial, locale=locale, title="A trial", what_is_it_about="A medicine."
        )
        GlossaryTerm.objects.create(
            term="antibody", slug="antibody", definition="A protein.", locale=locale
        )
        add_synonyms(("skin cancer",), cancer_type=cancer)
        MessageTemplate.objects.create(
            key="link", locale=locale, subject="Your page", body="{link} {reference}"
        )
        SymptomWord.objects.create(term="short of breath", language="en")
        RegistryQuery.objects.create(name="Ours", condition="melanoma")
        run = SyncRun.objects.create(started_at=now)
        RefusedRecord.objects.create(source="test", reason="broken", first_run=run, last_run=run)
        Redirect.objects.create(old_path="/old", redirect_link="/en/")
        self.revisions = {}
        for model in reviewed_snippet_models():
            text = model.objects.first()
            text.save_revision()
            namespace = f"wagtailsnippets_{model._meta.app_label}_{model._meta.model_name}"
            self.revisions[namespace] = text.save_revision().pk
        self.other_keys = {
            "app_label": "wagtailcore",
            "model_name": "page",
            "app_name": "clinic",
            "content_type_app_name": "clinic",
            "content_type_model_name": "standardpage",
            "action": "delete",
            "action_name": "approve",
            "filter_spec": "width-100",
            "key": "1-2",
            "uidb36": "1",
            "parent_page_id": self.home.pk,
            "destination_id": self.home.pk,
            "image_id": self.image.pk,
            "document_id": self.document.pk,
            "doc_id": self.document.pk,
            "uploaded_file_id": 1,
            "redirect_id": Redirect.objects.get().pk,
            "collection_id": Collection.get_first_root_node().pk,
            "workflow_pk": Workflow.objects.get(active=True).pk,
            "workflow_state_id": self.task_state.workflow_state_id,
            "task_state_id": self.task_state.pk,
            "state_id": self.task_state.pk,
            "task_id": self.task_state.task_id,
            "session_id": 1,
            "object_id": self.page.pk,
            "nct_id": self.trial.nct_id,
            "number": 1,
            "hold_id": Hold.objects.create(
                inquiry=self.inquiry, reason="safety", placed_at=now, placed_by=self.member
            ).pk,
            "end": "spam",
            "revision_id": self.page.latest_revision_id,
            "revision_id_a": "earliest",
            "revision_id_b": "latest",
        }
        self.of_views = {
            "inbox": self.inquiry.pk,
            "my_trials:summary": summary.pk,
            "trial_teams": self.inquiry.trials.get().team.get().pk,
            "staff_sessions": self.member.pk,
            "wagtailadmin_workflows:edit_task": ClinicalReviewTask.objects.get().pk,
            "wagtailadmin_workflows:disable_task": ClinicalReviewTask.objects.get().pk,
            "wagtailadmin_workflows:enable_task": ClinicalReviewTask.objects.get().pk,
            "wagtailadmin_workflows": Workflow.objects.get(active=True).pk,
            "wagtailusers_groups": Group.objects.get(name=EDITORS).pk,
            "wagtailadmin_collections": Collection.get_first_root_node().pk,
            "wagtailadmin_pages": self.page.pk,
            "wagtailadmin_api:images": self.image.pk,
            "wagtailadmin_api:documents": self.document.pk,
            "wagtailadmin_api": self.page.pk,
            "wagtailimages_chooser": self.image.pk,
            "wagtaildocs_chooser": self.document.pk,
            "wagtailsites": Site.objects.get().pk,
            "wagtailsettings": Site.objects.get().pk,
            "translation": self.page.pk,
            "take_down_text": self.text.pk,
        }

    def arguments(self, written: str, pattern: URLPattern, view_name: str) -> dict[str, Any]:
        """Return a value for each part of a pattern."""
        names = parts_of(written)
        filled = {name: self.other_keys[name] for name in names if name in self.other_keys}
        namespace = view_name.partition(":")[0]
        if "revision_id" in names and namespace in self.revisions:
            filled["revision_id"] = self.revisions[namespace]
        for name in names - set(filled):
            filled[name] = self._key(pattern, view_name, name)
        if view_name.startswith("wagtailsettings"):
            filled |= {"app_name": "clinic", "model_name": "clinicsettings"}
        if view_name == "take_down_text":
            filled |= {"app_label": "clinic", "model_name": "patienttext"}
        if view_name == "simple_translation:submit_snippet_translation":
            filled |= {"app_label": "clinic", "model_name": "patienttext", "pk": self.text.pk}
        return {name: value for name, value in filled.items() if name in names}

    def _key(self, pattern: URLPattern, view_name: str, name: str) -> Any:
        if name in {"page_id", "page_to_move_id", "page_pk"}:
            return self.page.pk
        for known, value in self.of_views.items():
            if view_name.startswith(known):
                return value
        model = _model_of(pattern)
        row = model.objects.first() if model else None
        return row.pk if row else 1


def addresses(sample: Sample) -> list[Address]:
    """Return every named address of the admin, filled in; sorted by its pattern."""
    found = {}
    for written, view_name, pattern in walk(get_resolver("clinic.urls.staff")):
        if written.startswith(PREFIX) and pattern.name:
            path = _path(view_name, sample.arguments(written, pattern, view_name))
            found[written.removeprefix(PREFIX)] = (view_name, path)
    return [Address(pattern, *rest) for pattern, rest in sorted(found.items())]


def _path(view_name: str, arguments: dict[str, Any]) -> str:
    try:
        return reverse(view_name, kwargs=arguments)
    except NoReverseMatch as error:
        raise AssertionError(f"tests/admin_addresses.py cannot fill in {view_name}") from error


def walk(
    resolver: URLResolver, prefix: str = "", namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, URLPattern]]:
    for pattern in resolver.url_patterns:
        written = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern, written, inner)
        else:
            yield written, ":".join([*namespaces, pattern.name or ""]), pattern


def parts_of(written: str) -> set[str]:
    return set(re.findall(r"<(?:\w+:)?(\w+)>", written))


def _model_of(pattern: URLPattern) -> type[Model] | None:
    view = pattern.callback
    while hasattr(view, "__wrapped__") and not hasattr(view, "view_initkwargs"):
        view = view.__wrapped__
    model = getattr(view, "view_initkwargs", {}).get("model")
    return (
        model
        or getattr(getattr(view, "view_class", None), "model", None)
        or (User if "users" in str(pattern.callback) else None)
    )
