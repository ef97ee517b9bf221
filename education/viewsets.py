"""The glossary and the vocabularies in the Wagtail admin."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic import CreateView
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from clinic.reverting import RevertingViewSet
from education.models import (
    Biomarker,
    CancerType,
    GlossaryTerm,
    SymptomWord,
    Synonym,
    TherapyType,
)


class GlossaryTermViewSet(RevertingViewSet):
    """Words and their definitions, with drafts, preview and clinical review."""

    model = GlossaryTerm
    icon = "openquote"
    menu_label = _("Glossary")
    menu_order = 230
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = ["term", "pronunciation", "locale", "live", "reviewed_on"]
    list_filter = ["live", "is_marked_in_text", "related_page"]
    search_fields = ["term", "definition", "slug"]
    list_per_page = 60


class CancerTypeViewSet(ModelViewSet):
    """The kinds of cancer that pages and trials are about."""

    model = CancerType
    icon = "tag"
    menu_label = _("Cancer types")
    copy_view_enabled = False
    list_display = ["name_en", "name_es", "family", "parent"]
    list_filter = ["family"]
    search_fields = ["name_en", "name_es", "slug"]
    form_fields = ["name_en", "name_es", "slug", "parent", "family", "sort_order"]


class TherapyTypeViewSet(ModelViewSet):
    """The kinds of immunotherapy that pages and trials are about."""

    model = TherapyType
    icon = "tag"
    menu_label = _("Therapy types")
    copy_view_enabled = False
    list_display = ["name_en", "name_es", "sort_order"]
    search_fields = ["name_en", "name_es", "slug"]
    form_fields = [
        "name_en",
        "name_es",
        "slug",
        "description_en",
        "description_es",
        "illustration",
        "sort_order",
    ]


class BiomarkerViewSet(ModelViewSet):
    """The markers by which trials choose people."""

    model = Biomarker
    icon = "tag"
    menu_label = _("Biomarkers")
    copy_view_enabled = False
    list_display = ["name_en", "name_es", "sort_order"]
    search_fields = ["name_en", "name_es", "slug"]
    form_fields = ["name_en", "name_es", "slug", "sort_order"]


class AddSynonymView(CreateView):
    """The form for another word, filled in by whoever leads here with one."""

    def get_initial(self) -> dict[str, Any]:
        """Return the word and language of the address."""
        given = {name: self.request.GET.get(name, "") for name in ("term", "language", "kind")}
        return super().get_initial() | {name: value for name, value in given.items() if value}


class SynonymViewSet(ModelViewSet):
    """Other words for the same: brand and generic names, everyday and medical words."""

    model = Synonym
    add_view_class = AddSynonymView
    icon = "link"
    menu_label = _("Synonyms")
    copy_view_enabled = False
    list_display = [
        "term",
        "kind",
        "language",
        "cancer_type",
        "therapy_type",
        "biomarker",
        "generic",
    ]
    list_filter = ["kind", "language", "therapy_type", "cancer_type", "biomarker"]
    search_fields = ["term"]
    form_fields = [
        "term",
        "language",
        "kind",
        "cancer_type",
        "therapy_type",
        "biomarker",
        "generic",
    ]


class SymptomWordViewSet(ModelViewSet):
    """Words that show the urgent numbers first to whoever searches for one."""

    model = SymptomWord
    icon = "warning"
    menu_label = _("Symptoms")
    copy_view_enabled = False
    list_display = ["term", "language"]
    list_filter = ["language"]
    search_fields = ["term"]
    form_fields = ["term", "language"]


class VocabularyViewSetGroup(ViewSetGroup):
    """The words that tie pages, trials and searches together."""

    menu_label = _("Vocabularies")
    menu_icon = "tag"
    menu_order = 240
    items = (
        CancerTypeViewSet("cancer_types"),
        TherapyTypeViewSet("therapy_types"),
        BiomarkerViewSet("biomarkers"),
        SynonymViewSet("synonyms"),
        SymptomWordViewSet("symptoms"),
    )
