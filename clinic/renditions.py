"""Every size and format of a picture, made when it is saved so that public pages only read."""

from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from wagtail.images.models import Filter

from clinic.models import ClinicImage, ClinicRendition

FORMATS = ("avif", "webp", "jpeg")
WIDTHS = (480, 960, 1440)
PORTRAIT = "fill-288x288"
SPECS = tuple(f"width-{width}|format-{kind}" for width in WIDTHS for kind in FORMATS)
PORTRAIT_SPECS = tuple(f"{PORTRAIT}|format-{kind}" for kind in FORMATS)


@dataclass(frozen=True)
class Source:
    """One ``<source>`` of a picture."""

    type: str
    srcset: str


@dataclass(frozen=True)
class Picture:
    """What a ``<picture>`` needs: sources in the order of preference and a fallback."""

    sources: list[Source]
    url: str
    width: int
    height: int


def make_renditions(image: ClinicImage) -> None:
    """Make what is missing of the image's renditions, for pictures and for portraits."""
    image.get_renditions(*SPECS, *PORTRAIT_SPECS)


def picture(image: ClinicImage, *, portrait: bool = False) -> Picture:
    """Return the picture from the renditions that exist, one query unless prefetched.

    Falls back to the original file, so that a page never fails for want of a rendition.
    """
    # Prefetched rows are used as they are: the per-process rendition cache could name a file that
    # another process has replaced.
    prefetch_related_objects([image], "renditions")
    specs = PORTRAIT_SPECS if portrait else SPECS
    existing = image.find_existing_renditions(*(Filter(spec=spec) for spec in specs))
    by_format: dict[str, list[ClinicRendition]] = {}
    for spec in specs:
        for found, rendition in existing.items():
            if found.spec == spec:
                by_format.setdefault(spec.rsplit("-", 1)[1], []).append(rendition)
    sources = [
        Source(f"image/{kind}", ", ".join(f"{row.url} {row.width}w" for row in by_format[kind]))
        for kind in FORMATS
        if kind in by_format
    ]
    if "jpeg" not in by_format:
        return Picture(sources, image.file.url, image.width, image.height)
    fallback = by_format["jpeg"][-1]
    return Picture(sources, fallback.url, fallback.width, fallback.height)
