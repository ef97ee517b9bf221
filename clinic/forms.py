"""Forms as patients meet them: label, hint, error, error summary (GOV.UK and NHS patterns)."""

import unicodedata
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.translation import gettext as _


class PatientBoundField(BoundField):
    """A field that knows where the error summary links to."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """Return the attributes; a radio button may not carry aria-invalid (ARIA 1.2)."""
        built = super().build_widget_attrs(attrs, widget)
        if self.use_fieldset:
            built.pop("aria-invalid", None)
        return built

    @property
    def error_target(self) -> str:
        """Return the id of the first control, which the error summary links to."""
        return self.id_for_label or self.subwidgets[0].id_for_label

    @property
    def is_choice(self) -> bool:
        """Return whether this is a single box to tick, whose label follows it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_marked_optional(self) -> bool:
        """Return whether the label says "optional"."""
        return not (
            self.field.required
            or self.is_choice
            or self.name in getattr(self.form, "not_marked_optional", ())
        )


class PatientFormRenderer(TemplatesSetting):
    """Renders fields with templates/forms/."""

    field_template_name = "forms/field.html"
    form_template_name = "forms/form.html"
    bound_field_class = PatientBoundField


class PatientForm(forms.Form):
    """A form of the public site; browsers leave the checking to the server."""

    default_renderer = PatientFormRenderer
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    @property
    def fields_with_errors(self) -> list[BoundField]:
        """Return the visible fields that the error summary lists, in the order of the page."""
        return [field for field in self.visible_fields() if field.errors]


class LineField(forms.CharField):
    """One line of text: line breaks and other control characters become spaces."""

    def to_python(self, value: Any) -> str:
        """Return the text in NFC, on one line."""
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        if "\x00" in text:  # refused by the field's own validator, with a message
            return text
        kept = (" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
        return "".join(kept).strip()


class LinesField(forms.CharField):
    """Several lines of text, in NFC, with line breaks as ``\\n``."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text as typed but for the way its lines end."""
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n")


class ClinicTimeField(forms.DateTimeField):
    """A time by the clinic's clock, wherever the reader is.

    Of an hour that comes twice in autumn it means the first.
    """

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        """Return an instant as the clinic's clock shows it."""
        if not isinstance(value, datetime):
            return value
        return value.astimezone(_zone()).replace(tzinfo=None)

    def to_python(self, value: Any) -> datetime | None:
        """Return the instant; raises ValidationError for an hour that the clock leaps over."""
        with timezone.override(UTC):
            read = super().to_python(value)
        if read is None:
            return None
        instant = read.replace(tzinfo=_zone()).astimezone(UTC)
        if instant.astimezone(_zone()).replace(tzinfo=None) != read.replace(tzinfo=None):
            raise forms.ValidationError(_("The clocks were put forward: there is no such time."))
        return instant


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


class ChoiceList(forms.RadioSelect):
    """Radio buttons with large targets."""

    template_name = "forms/choices.html"


class TickList(forms.CheckboxSelectMultiple):
    """Boxes to tick with large targets."""

    template_name = "forms/choices.html"


def untyped_fields(*forms_of_view: type[forms.BaseForm]) -> frozenset[str]:
    """Return the fields of some forms that nobody writes in: choices, ticks, hidden ones."""
    untyped = (forms.widgets.ChoiceWidget, forms.CheckboxInput, forms.HiddenInput)
    return frozenset(
        name
        for form in forms_of_view
        for name, field in form.base_fields.items()  # type: ignore[attr-defined]
        if isinstance(field.widget, untyped)
    )
