"""The vocabularies that every site starts from: enough of each, in both languages."""

import pytest

from education.models import Biomarker, CancerType, Synonym, TherapyType
from education.vocabulary_seed import load_vocabulary

pytestmark = pytest.mark.django_db
COMMON_MARKERS = {
    *("pd-l1", "msi-high", "tmb", "her2", "hormone-receptor", "egfr", "alk", "ros1", "braf"),
    *("kras", "nras", "brca-hrd", "pik3ca", "met", "ret", "ntrk", "fgfr", "idh", "flt3", "cd19"),
    *("cd20", "cd22", "bcma", "cd30", "gprc5d", "claudin-18-2", "mesothelin", "ny-eso-1"),
    *("mage-a4", "hla-a-02-01", "hpv", "ebv", "afp", "gpc3", "psma", "dll3", "trop2"),
    *("nectin-4", "folr1", "lag-3"),
}


@pytest.fixture
def seed(db):
    load_vocabulary()


def test_cancers__hang_on_broader_ones(seed) -> None:
    cancers = CancerType.objects.all()
    assert cancers.count() >= 60
    assert cancers.exclude(parent=None).count() >= 40
    parents = CancerType.objects.filter(children__isnull=False)
    assert all(
        child.family == parent.family for parent in parents for child in parent.children.all()
    )


def test_therapies(seed) -> None:
    assert TherapyType.objects.count() >= 12


def test_drugs__have_generic_and_brand_names(seed) -> None:
    generics = Synonym.objects.filter(kind=Synonym.Kind.GENERIC)
    assert generics.filter(brands__isnull=False).distinct().count() >= 60
    assert not Synonym.objects.filter(kind=Synonym.Kind.BRAND, generic=None).exists()


def test_markers__hold_the_common_ones(seed) -> None:
    assert set(Biomarker.objects.values_list("slug", flat=True)) >= COMMON_MARKERS


@pytest.mark.parametrize("model", [CancerType, TherapyType, Biomarker])
def test_each_entry__has_names_and_words_in_both_languages(seed, model) -> None:
    for entry in model.objects.all():
        assert entry.name_en and entry.name_es
        words = set(entry.synonyms.values_list("language", flat=True))
        assert words == {"en", "es"}, entry.slug


def test_a_second_time__nothing_is_added(seed) -> None:
    assert load_vocabulary() == 0
