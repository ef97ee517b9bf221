"""How pages stand in the other languages of the site, for lists of them."""

from collections.abc import Iterable, Sequence

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Locale, Page

from clinic.models.translation import Translation, TranslationState, state_of


def language_states(pages: Sequence[Page]) -> dict[int, list[tuple[str, TranslationState]]]:
    """Return language and state of each English page's translations, by the page's id.

    A page in another language has its own state. One query for the pages, one for the records.
    """
    keys = {page.translation_key for page in pages}
    versions = list(Page.objects.filter(translation_key__in=keys, alias_of=None))
    records = _records(versions)
    found = {
        (version.translation_key, version.locale_id): state_of(version, records.get(version.pk))
        for version in versions
    }
    locales = {locale.pk: locale.language_code for locale in Locale.objects.all()}
    english = Locale.get_default().pk
    others = [pk for pk in locales if pk != english]
    return {
        page.pk: [
            (
                locales[locale_id],
                found.get((page.translation_key, locale_id), TranslationState.MISSING),
            )
            for locale_id in (others if page.locale_id == english else [page.locale_id])
        ]
        for page in pages
    }


def _records(pages: Iterable[Page]) -> dict[int, Translation]:
    rows = Translation.objects.filter(
        content_type=ContentType.objects.get_for_model(Page),
        object_id__in=[str(page.pk) for page in pages],
    )
    return {int(row.object_id): row for row in rows}
