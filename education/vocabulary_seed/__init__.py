"""The vocabularies that every installation starts from; staff add to them in the admin."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from clinic.page_cache import bump
from education.models import Biomarker, CancerType, SymptomWord, Synonym, TherapyType

FOLDER = Path(__file__).resolve().parent
GENERIC, BRAND = Synonym.Kind.GENERIC, Synonym.Kind.BRAND


@transaction.atomic
def load_vocabulary() -> int:
    """Add the terms and synonyms that are missing, change none; return how many were added."""
    added = _add_terms(CancerType, "cancer_types", "family")
    added += _add_terms(
        TherapyType, "therapy_types", "illustration", "description_en", "description_es"
    )
    added += _add_terms(Biomarker, "biomarkers")
    added += _add_synonyms()
    added += _add_symptoms()
    if added:
        bump()
    return added


def _add_symptoms() -> int:
    known = set(SymptomWord.objects.values_list("term", "language"))
    words: dict[str, list[str]] = _read("symptoms")
    missing = [
        SymptomWord(term=term, language=language)
        for language, terms in words.items()
        for term in terms
        if (term, language) not in known
    ]
    SymptomWord.objects.bulk_create(missing)
    return len(missing)


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _add_terms(model: type[Any], name: str, *own: str) -> int:
    ids = dict(model.objects.values_list("slug", "pk"))
    known = len(ids)
    for order, entry in enumerate(_read(name)):
        if entry["slug"] in ids:
            continue
        fields = {field: entry[field] for field in own} | {"sort_order": order}
        if parent := entry.get("parent"):
            fields["parent_id"] = ids[parent]
        term = model.objects.create(
            slug=entry["slug"], name_en=entry["en"], name_es=entry["es"], **fields
        )
        ids[term.slug] = term.pk
    return len(ids) - known


def _add_synonyms() -> int:
    terms: list[tuple[str, type[Any], str]] = [
        ("cancer_type_id", CancerType, "cancer_types"),
        ("therapy_type_id", TherapyType, "therapy_types"),
        ("biomarker_id", Biomarker, "biomarkers"),
    ]
    columns = [column for column, *_rest in terms]
    known: set[tuple[Any, ...]] = set(Synonym.objects.values_list("term", "language", *columns))
    missing: list[Synonym] = []
    for column, model, name in terms:
        ids = dict(model.objects.values_list("slug", "pk"))
        for entry in _read(name):
            for term, language, kind in _words(entry):
                word = Synonym(
                    term=term, language=language, kind=kind, **{column: ids[entry["slug"]]}
                )
                key = (term, language, *(getattr(word, name) for name in columns))
                if key not in known:
                    known.add(key)
                    missing.append(word)
    Synonym.objects.bulk_create(missing)
    _link_brands()
    return len(missing)


def _words(entry: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield term, language and kind of each word of an entry; drug names count as English."""
    for language, kinds in entry["synonyms"].items():
        for kind, terms in kinds.items():
            yield from ((term, language, kind) for term in terms)
    for generic, brands in entry.get("drugs", {}).items():
        yield generic, "en", GENERIC
        yield from ((brand, "en", BRAND) for brand in brands)


def _link_brands() -> None:
    """Point each brand name that has no generic name yet to the one of the seed."""
    generics = dict(Synonym.objects.filter(kind=GENERIC).values_list("term", "pk"))
    generic_of = {
        brand: generics[generic]
        for entry in _read("therapy_types")
        for generic, brands in entry["drugs"].items()
        if generic in generics
        for brand in brands
    }
    unlinked = list(Synonym.objects.filter(kind=BRAND, generic=None, term__in=generic_of))
    for brand in unlinked:
        brand.generic_id = generic_of[brand.term]
    Synonym.objects.bulk_update(unlinked, ["generic"])
