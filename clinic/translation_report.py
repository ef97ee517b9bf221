"""Every page and text in every other language: missing, a draft, behind or up to date."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.models import Locale, Page, get_page_models

from clinic.models import BasePage, Translation, TranslationState
from clinic.models.translation import state_of
from clinic.page_permissions import TAKE_DOWN
from clinic.roles import reviewed_snippet_models
from clinic.spreadsheets import safe_text
from clinic.translation_panel import translation_url
from clinic.translation_views import edit_url, name_of

PER_PAGE = 100


@dataclass(frozen=True)
class Row:
    """One English page or text in one other language."""

    kind: str
    kind_label: str
    title: str
    source_url: str
    language: str
    language_label: str
    state: TranslationState
    url: str = ""
    source_changed_at: datetime | None = None
    translator: str = ""
    signed_at: datetime | None = None


def rows() -> list[Row]:
    """Return a row for each live English text and language, and for drafts that were begun.

    What needs work comes first. The number of queries does not grow with the texts.
    """
    english = Locale.get_default()
    others = Locale.objects.exclude(pk=english.pk)
    found = [
        row for model in _models() for locale in others for row in _rows_of(model, english, locale)
    ]
    order = list(TranslationState)
    return sorted(found, key=lambda row: (order.index(row.state), row.kind_label, row.title))


def _models() -> list[Any]:
    return [Page, *reviewed_snippet_models()]


def _texts(model: Any, locale: Locale) -> Any:
    texts = model.objects.filter(locale=locale)
    if model is not Page:
        return texts
    ours = [kind for kind in get_page_models() if issubclass(kind, BasePage)]
    return texts.type(*ours).filter(alias_of__isnull=True)


def _rows_of(model: Any, english: Locale, locale: Locale) -> Iterable[Row]:
    records = {
        record.object_id: record
        for record in Translation.objects.filter(
            content_type=ContentType.objects.get_for_model(model)
        )
    }
    translations = {text.translation_key: text for text in _texts(model, locale)}
    for source in _texts(model, english):
        text = translations.get(source.translation_key)
        if text is None and not source.live:
            continue
        record = records.get(str(text.pk)) if text is not None else None
        yield Row(
            kind=model._meta.label_lower,
            kind_label=capfirst(str(model._meta.verbose_name)),
            title=name_of(source),
            source_url=edit_url(source),
            language=locale.language_code,
            language_label=locale.get_display_name(),
            state=TranslationState.MISSING if text is None else state_of(text, record),
            url=translation_url(text) if text is not None else "",
            source_changed_at=record.source_changed_at if record else None,
            translator=record.translator_name if record else "",
            signed_at=record.signed_at if record else None,
        )


class FilterForm(forms.Form):
    """Narrows the list; what it does not know is ignored."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        everything = ("", _("All"))
        others = Locale.objects.exclude(pk=Locale.get_default().pk)
        languages = [(locale.language_code, locale.get_display_name()) for locale in others]
        kinds = [(model._meta.label_lower, str(model._meta.verbose_name)) for model in _models()]
        self.fields["language"].choices = [everything, *languages]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [everything, *kinds]  # type: ignore[attr-defined]
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            everything,
            *TranslationState.choices,
        ]

    def narrow(self, found: list[Row]) -> list[Row]:
        """Return the rows that were asked for."""
        self.is_valid()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        return [
            row
            for row in found
            if all(getattr(row, name) == value for name, value in wanted.items())
        ]


class TranslationsReport(View):
    """The list, and the same as a CSV file (``?export=csv``)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the list or the file; raises PermissionDenied."""
        if not request.user.has_perm(TAKE_DOWN):
            raise PermissionDenied
        form = FilterForm(request.GET)
        found = form.narrow(rows())
        if request.GET.get("export") == "csv":
            return _as_csv(found)
        counts = Counter(row.state for row in found)
        query = request.GET.copy()
        query.pop("p", None)
        context = {
            "form": form,
            "page": Paginator(found, PER_PAGE).get_page(request.GET.get("p")),
            "counts": [(state.label, counts[state]) for state in TranslationState],
            "query": query.urlencode(),
            "may_translate": request.user.has_perm("simple_translation.submit_translation"),
        }
        return TemplateResponse(request, "wagtailadmin/clinic/translations.html", context)


def _as_csv(found: list[Row]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="translations.csv"'
    writer = csv.writer(response)
    headings = [_("English text"), _("Kind"), _("Language"), _("State")]
    writer.writerow([*headings, _("English changed"), _("Signed by"), _("Signed")])
    for row in found:
        cells = [row.title, row.kind_label, row.language, str(row.state.label)]
        days = [day.date().isoformat() if day else "" for day in _days(row)]
        writer.writerow([safe_text(cell) for cell in (*cells, days[0], row.translator, days[1])])
    return response


def _days(row: Row) -> tuple[datetime | None, datetime | None]:
    return row.source_changed_at, row.signed_at
