from django.utils.translation import gettext_lazy as _

from clinic.models import ContentPage


class FindMyPage(ContentPage):
    """The way in for people who do not know yet what to look for, one per language.

    Medicines, cancers and side effects are listed by themselves; the content holds the steps.
    """

    illustration = "find-my-page"

    parent_page_types = ["education.EducationIndexPage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("Leads by medicine, cancer, side effect or step to the right page.")

    class Meta:
        verbose_name = _("find-my-page page")
