"""What people may do with a page in the editor, beyond what Wagtail's page permissions say."""

from wagtail.models import PagePermissionTester

TAKE_DOWN = "clinic.add_takedown"


class ReviewedPagePermissionTester(PagePermissionTester):
    """Nobody publishes, not even a superuser: pages go live through a clinical review.

    Unpublishing has its own screen (take down), which asks for a reason and leaves a notice.
    """

    def can_publish(self) -> bool:
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Return whether the page may go for ever: never while it or a page below it is live."""
        if self.page.live or self.page.get_descendants().live().exists():
            return False
        return super().can_delete(ignore_bulk)

    def can_publish_subpage(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        return False

    def can_take_down(self) -> bool:
        return self.page.live and not self.page_is_root and self.user.has_perm(TAKE_DOWN)

    def can_unschedule(self) -> bool:
        return self.user.has_perm(TAKE_DOWN)

    def can_reorder_children(self) -> bool:
        return self.user.is_active and (self.user.is_superuser or "change" in self.permissions)

    def can_set_view_restrictions(self) -> bool:
        return self.user.is_active and self.user.is_superuser
