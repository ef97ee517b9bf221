from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from education.models import Biomarker, CancerType, GlossaryTerm, TherapyType
from trials.models import Trial
from trials.services import correct_trial


class TrialForm(WagtailAdminModelForm):
    """Corrects the classification; everything else about a trial comes from the registry."""

    cancer_types = forms.ModelMultipleChoiceField(
        CancerType.objects.all(),
        label=_("Cancer types"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    therapy_types = forms.ModelMultipleChoiceField(
        TherapyType.objects.all(),
        label=_("Therapy types"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    unmarked_words = forms.ModelMultipleChoiceField(
        GlossaryTerm.objects.filter(is_marked_in_text=True, locale__language_code="en"),
        to_field_name="slug",
        label=_("Words not to mark"),
        help_text=_("Words of the glossary are explained where they first stand. Not these."),
        required=False,
    )

    biomarkers = forms.ModelMultipleChoiceField(
        Biomarker.objects.all(),
        label=_("Biomarkers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Trial
        fields = ["is_listed"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("cancer_type", "therapy_type", "biomarker"):
            rows = getattr(self.instance, f"{name}_rows").filter(applies=True)
            self.fields[f"{name}s"].initial = list(rows.values_list(name, flat=True))
        self.fields["unmarked_words"].initial = self.instance.unmarked_words

    def save(self, commit: bool = True) -> Trial:
        """Apply the correction and return the trial."""
        correct_trial(
            trial=self.instance,
            is_listed=self.cleaned_data["is_listed"],
            cancer_types=self.cleaned_data["cancer_types"],
            therapy_types=self.cleaned_data["therapy_types"],
            biomarkers=self.cleaned_data["biomarkers"],
            unmarked_words=[term.slug for term in self.cleaned_data["unmarked_words"]],
        )
        return self.instance
