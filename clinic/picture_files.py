"""Uploaded pictures, written anew: nothing of a file is kept but the picture itself."""

from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageOps

# A phone's photograph may hold a second, smaller picture; it is a JPEG all the same.
_AS_JPEG = {"MPO"}
_HOW: dict[str, dict[str, Any]] = {
    "AVIF": {"quality": 90},
    "GIF": {},
    "JPEG": {"quality": 93, "subsampling": 0, "optimize": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 93},
}
# How colours and transparency are to be read; place, camera, author, comments and thumbnails go.
_KEPT = ("icc_profile", "transparency")


class UnusablePictureError(Exception):
    """A file that looks like a picture and cannot be shown as one."""


def is_moving(file: IO[bytes]) -> bool:
    """Return whether a picture has frames that follow one another; reads all of the first one.

    Raises UnusablePictureError for a file that breaks off or holds something else.
    """
    file.seek(0)
    try:
        with Image.open(file) as picture:
            picture.load()
            return picture.format not in _AS_JPEG and getattr(picture, "n_frames", 1) > 1
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnusablePictureError from error
    finally:
        file.seek(0)


def clean_copy(file: IO[bytes]) -> bytes:
    """Return the picture in the same format, upright, without what stands beside its pixels.

    What was appended to the file (another file, a script) and where it was taken are gone.
    Raises ValueError for a format that we do not take.
    """
    file.seek(0)
    with Image.open(file) as original:
        kind = "JPEG" if original.format in _AS_JPEG else str(original.format)
        if kind not in _HOW:
            raise ValueError(f"Pictures of the format {kind} are not taken.")
        upright = ImageOps.exif_transpose(original)
        upright.info = {key: upright.info[key] for key in _KEPT if key in upright.info}
        written = BytesIO()
        upright.save(written, kind, icc_profile=upright.info.get("icc_profile"), **_HOW[kind])
    return written.getvalue()
