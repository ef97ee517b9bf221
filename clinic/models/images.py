from posixpath import basename
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from clinic.picture_files import clean_copy


class ClinicImage(AbstractImage):
    """A photograph or drawing with its credit and its alternative text."""

    credit = models.CharField(
        _("credit"),
        max_length=200,
        blank=True,
        help_text=_("Who made the picture; shown below it."),
    )
    is_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("Adds nothing to the text: screen readers pass over it."),
    )

    admin_form_fields = (
        "title",
        "file",
        "description",
        "is_decorative",
        "credit",
        *(name for name in Image.admin_form_fields if name not in {"title", "file", "description"}),
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        constraints = [
            models.CheckConstraint(
                name="image_is_described_or_decorative",
                condition=models.Q(is_decorative=True) | ~models.Q(description=""),
                violation_error_message=_("Describe the image, or mark it as decorative."),
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new file is written anew first, without what stands beside its pixels."""
        if self._state.adding and self.file:
            self._write_file_anew()
        super().save(*args, **kwargs)

    def _write_file_anew(self) -> None:
        name, was_stored = self.file.name, self.file._committed
        with self.file.open("rb") as given:
            clean = ContentFile(clean_copy(given), name=basename(name))
        if was_stored:  # Wagtail's screen for several files stores before it saves
            self.file.storage.delete(name)
        self._meta.get_field("file").save_form_data(self, clean)
        self._set_image_file_metadata()

    def clean(self) -> None:
        """Raise ValidationError for an image that is neither described nor decorative."""
        super().clean()
        if not self.description and not self.is_decorative:
            raise ValidationError(
                {
                    "description": _(
                        "Say what the image shows, for people who cannot see it, "
                        "or mark it as decorative."
                    )
                }
            )

    @property
    def default_alt_text(self) -> str:
        """Return the alternative text; empty for a decorative image."""
        return "" if self.is_decorative else self.description


class ClinicRendition(AbstractRendition):
    """One size and format of an image."""

    image = models.ForeignKey(ClinicImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="rendition_unique"
            )
        ]
