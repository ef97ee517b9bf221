"""Reads of education pages."""

from wagtail.query import PageQuerySet


class EducationPageQuerySet(PageQuerySet):
    """Education pages as lists show them."""

    def for_cards(self) -> "EducationPageQuerySet":
        """Return the pages without their content, which cards do not show."""
        return self.defer_streamfields()
