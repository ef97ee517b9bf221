"""The forms of Wagtail's picture and document screens, with our rules for uploads."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.collections import BaseCollectionMemberForm
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from clinic.picture_files import UnusablePictureError, is_moving
from clinic.upload_rules import SHOWN_FIELDS, live_uses

_NO_OTHER_FILE = _(
    "The file itself cannot be replaced: what stands on a page was reviewed with it. Upload "
    "another one and choose it on the page."
)
_REVIEWED = _("Reviewed together with the live pages that show this picture.")
_PDF = b"%PDF-"


class KeepsItsFileMixin(BaseCollectionMemberForm):
    """A form that takes a file for something new and never another one afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.fields.pop("file", None) is not None:
            self["title"].help_text = _NO_OTHER_FILE  # Wagtail's form has made this one already


class PictureField(WagtailImageField):
    """A picture that can be read to its end and does not move."""

    def to_python(self, data: Any) -> Any:
        """Return the file; raises ValidationError for what Wagtail's own checks stumble over."""
        try:
            file = super().to_python(data)
            moving = file is not None and is_moving(file)
        except (UnusablePictureError, OSError, SyntaxError, ValueError) as error:
            raise ValidationError(
                self.error_messages["invalid_image"], code="invalid_image"
            ) from error
        if moving:
            raise ValidationError(_("Pictures that move are not taken."))
        return file


class ImageForm(KeepsItsFileMixin, BaseImageForm):
    """Pictures; what readers see of one on a live page can be read here and not be changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if given := self.fields.get("file"):
            widget, label = given.widget, given.label
            self.fields["file"] = PictureField(widget=widget, label=label, required=given.required)
        if self.instance.pk and live_uses(self.instance):
            for name in SHOWN_FIELDS:
                self.fields[name].disabled = True
                self.fields[name].help_text = _REVIEWED


class DocumentForm(KeepsItsFileMixin, BaseDocumentForm):
    """Documents: PDF files, whatever their name says."""

    def clean_file(self) -> Any:
        """Return the file; raises ValidationError unless it begins like a PDF."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            file.seek(0)
            is_pdf = file.read(len(_PDF)) == _PDF
            file.seek(0)
            if not is_pdf:
                raise ValidationError(_("This is not a PDF file."))
        return file
