"""Clinical review: who checked a text, when, and the workflow task that asks for it."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, Revision, TaskState, WorkflowState

from clinic.enums import ReviewCycle
from clinic.findings import approval_refusal, findings_of
from clinic.models.settings import ClinicSettings
from clinic.models.takedown import TextTakeDown
from clinic.models.translation import Translation
from clinic.reading import ReadingLevel, hard_parts, reading_level
from clinic.review import ReviewRefused, add_months, content_sha256, review_is_required

APPROVE_CHANGE = "approve"
APPROVE_WHOLE_PAGE = "approve_whole_page"
APPROVALS = (APPROVE_CHANGE, APPROVE_WHOLE_PAGE)


class ClinicallyReviewedMixin(models.Model):
    """A text that a named clinician checks before it goes live and again when due.

    The fields are facts about the review: no form edits them, ``clinic.review`` sets them.
    """

    reviewed_by = models.ForeignKey(
        "clinic.Person",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    next_review_due = models.DateField(_("next review due"), null=True, blank=True)
    is_demo_content = models.BooleanField(
        _("demo content"),
        default=False,
        help_text=_("Says to readers that no clinician has reviewed this text yet."),
    )

    review_cycle: str = ReviewCycle.OTHER
    # Whether the limits of reading hold for each field by itself, not only for the whole.
    reads_by_field = False

    # A copy or a translation is another text: nobody has reviewed it.
    exclude_fields_in_copy = ["reviewed_by", "reviewed_on", "next_review_due", "is_demo_content"]

    class Meta:
        abstract = True

    def save(self: Any, *args: Any, **kwargs: Any) -> None:
        """Save; raises ReviewRefused when this would put an unapproved revision live.

        Every way of publishing that Wagtail has ends here, also those that ask for no permission.
        """
        goes_live = self._would_go_live(kwargs.get("update_fields"))
        if goes_live and review_is_required() and self.approval_of(self.live_revision) is None:
            raise ReviewRefused(gettext("Only what a clinical reviewer approved can go live."))
        super().save(*args, **kwargs)

    def _would_go_live(self: Any, update_fields: Any) -> bool:
        if not self.live or self.live_revision_id is None or update_fields is not None:
            return False
        if getattr(self, "alias_of_id", None):  # Wagtail copies what is live elsewhere
            return False
        published = type(self)._base_manager.filter(
            pk=self.pk, live=True, live_revision_id=self.live_revision_id
        )
        return not published.exists()

    def approval_of(
        self: Any, revision: Revision, *, workflow_state: WorkflowState | None = None
    ) -> "ClinicalReviewState | None":
        """Return the approval of exactly this revision's content, or None."""
        states = ClinicalReviewState.objects.filter(
            status=TaskState.STATUS_APPROVED,
            workflow_state__base_content_type=self.get_base_content_type(),
            workflow_state__object_id=str(self.pk),
            content_sha256=content_sha256(revision.content),
        )
        if workflow_state is not None:
            states = states.filter(workflow_state=workflow_state)
        if withdrawn_at := self.approvals_count_from():
            states = states.filter(finished_at__gt=withdrawn_at)
        return states.order_by("-finished_at").first()

    def approvals_count_from(self: Any) -> Any:
        """Return the moment before which approvals no longer count, or None."""
        taken_down = TextTakeDown.latest_of(self)
        return taken_down.taken_down_at if taken_down else None

    def publication_problems(self) -> list[str]:
        """Return what else keeps this kind of text from going live, as sentences."""
        return []

    def signature_problem(self, sha256: str, user: Any, person: Any) -> str:
        """Return why this user may not approve this content as `person`; "" when they may.

        For kinds of text that somebody else than the reviewer and the translator signs first.
        """
        return ""

    def has_signed(self, user: Any) -> bool:
        """Return whether a user signed the newest draft in a role that this kind of text adds."""
        return False

    def next_review_after(self, day: date) -> date:
        """Return when a text that was checked as a whole on `day` is due again."""
        return add_months(day, ClinicSettings.of_default_site().review_months(self.review_cycle))

    def days_overdue(self, today: date | None = None) -> int:
        """Return for how many days the next review has been due; 0 when it is not due."""
        if self.next_review_due is None:
            return 0
        return max(0, ((today or timezone.localdate()) - self.next_review_due).days)

    @property
    def change_alone_may_be_approved(self: Any) -> bool:
        """Return whether "this change is right" is enough: the rest has been checked before."""
        return self.is_demo_content or (self.live and self.reviewed_on is not None)


class ClinicalReviewState(TaskState):
    """One request for review: the hash of the submitted content, and who signed it."""

    content_sha256 = models.CharField(max_length=64, blank=True)
    whole_page = models.BooleanField(default=False)
    reviewer = models.ForeignKey(
        "clinic.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reading_figure = models.FloatField(null=True, blank=True)
    reading_formula = models.CharField(max_length=60, blank=True)


class ClinicalReviewTask(AbstractGroupApprovalTask):
    """A clinician approves with name and credential; nobody approves their own change."""

    task_state_class = ClinicalReviewState

    class Meta:
        verbose_name = _("clinical review task")
        verbose_name_plural = _("clinical review tasks")

    @classmethod
    def get_description(cls) -> str:
        """Return what the task does, for the list of task types."""
        return gettext("A clinical reviewer approves the text, and nobody their own change")

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        """Start the task and remember the content that was submitted."""
        state = super().start(workflow_state, user=user).specific
        state.content_sha256 = content_sha256(state.revision.content)
        state.save(update_fields=["content_sha256"])
        return state

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        """Return what this user may do: an author may only ask for changes."""
        if not self._user_in_groups(user):
            return []
        actions = [("reject", gettext("Request changes"), True)]
        if user.pk in authors_of(obj) or _has_signed(obj, user):
            return actions
        if obj.get_latest_revision().content_object.change_alone_may_be_approved:
            actions.append((APPROVE_CHANGE, gettext("Approve: this change is right"), True))
        whole_page = gettext("Approve: I checked the whole page")
        return [*actions, (APPROVE_WHOLE_PAGE, whole_page, True)]

    def get_template_for_action(self, action: str) -> str:
        """Return the template of the dialog: an approval shows the name that will sign it."""
        return "wagtailadmin/clinic/approve_modal.html" if action in APPROVALS else ""

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        """Return the open requests of others."""
        if not self._user_in_groups(user):
            return TaskState.objects.none()
        return self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS).exclude(
            workflow_state__requested_by=user
        )

    @transaction.atomic
    def on_action(
        self,
        task_state: TaskState,
        user: Any,
        action_name: str,
        /,
        comment: str = "",
        **_extra: Any,
    ) -> None:
        """Approve or ask for changes; raises ReviewRefused with a sentence for the reviewer.

        The dialog's data comes from the browser: only the comment is taken from it. The state
        also comes from an address that nothing ties to the page, so its own text is checked.
        """
        state = task_state.specific
        if not self._user_in_groups(user) or state.task_id != self.pk:
            raise PermissionDenied
        if action_name in APPROVALS:
            # The editor may have saved the same content again: the signature stands under that.
            task_state.revision = state.revision = self._sign(
                state,
                user,
                whole_page=action_name == APPROVE_WHOLE_PAGE,
                reason=str(comment).strip(),
            )
            action_name = "approve"
        super().on_action(task_state, user, action_name, comment=str(comment))

    def _sign(
        self, state: ClinicalReviewState, user: Any, *, whole_page: bool, reason: str
    ) -> Revision:
        """Put the reviewer's name under the submitted content; return the revision that holds it.

        Raises ReviewRefused.
        """
        workflow_state = WorkflowState.objects.select_for_update().get(pk=state.workflow_state_id)
        is_current = workflow_state.current_task_state_id == state.pk
        if not is_current or workflow_state.status != WorkflowState.STATUS_IN_PROGRESS:
            raise ReviewRefused(gettext("This text is no longer waiting for a review."))
        revision = workflow_state.content_object.get_latest_revision()
        live = revision.content_object
        if user.pk in authors_of(live):
            raise ReviewRefused(
                gettext("You wrote or submitted this change. Another reviewer has to approve it.")
            )
        if content_sha256(revision.content) != state.content_sha256:
            raise ReviewRefused(
                gettext(
                    "The text has changed since it was submitted. "
                    "Ask for changes, so that its editor checks it and submits it again."
                )
            )
        person = user.person_for(getattr(live, "locale", None))
        if person is None:
            raise ReviewRefused(
                gettext(
                    "Your login is not linked to a person of the site, so there is no name to sign "
                    "with. A site administrator can link it under People."
                )
            )
        translation = Translation.of(live)
        if translation and (
            problem := translation.approval_problem(state.content_sha256, user, person)
        ):
            raise ReviewRefused(problem)
        if problem := live.signature_problem(state.content_sha256, user, person):
            raise ReviewRefused(problem)
        if not whole_page and not live.change_alone_may_be_approved:
            raise ReviewRefused(
                gettext("Nobody has reviewed this text yet. Please check the whole page.")
            )
        submitted = revision.as_object()
        if refusal := approval_refusal(findings_of(submitted)):
            raise ReviewRefused(refusal)
        level = reading_level(submitted)
        if not reason and (refusal := _reading_refusal(submitted, level)):
            raise ReviewRefused(refusal)
        if level:
            state.reading_figure, state.reading_formula = level.figure, level.formula
        state.whole_page = whole_page
        state.reviewer = person
        state.save(update_fields=["whole_page", "reviewer", "reading_figure", "reading_formula"])
        return revision


def _reading_refusal(text: Any, level: ReadingLevel | None) -> str:
    """Return what is too hard to read to be approved without a reason; "" for nothing."""
    if level and level.is_too_hard:
        return gettext(
            "This text is hard to read: %(label)s %(figure)s, the limit is %(limit)s. "
            "Ask for changes, or say in the comment why it has to be so."
        ) % {"label": level.label, "figure": level.figure, "limit": level.limit}
    if hard := hard_parts(text):
        return gettext(
            "These parts are hard to read: %(parts)s. The limit is %(limit)s. "
            "Ask for changes, or say in the comment why it has to be so."
        ) % {
            "parts": "; ".join(f"{label} ({part.figure})" for label, part in hard),
            "limit": hard[0][1].limit,
        }
    return ""


def _has_signed(instance: Any, user: Any) -> bool:
    live = instance.get_latest_revision().content_object
    translation = Translation.of(live)
    is_translator = translation is not None and translation.signed_by_id == user.pk
    return is_translator or live.has_signed(user)


def authors_of(instance: Any) -> set[int]:
    """Return the ids of all who wrote or submitted what is not published yet.

    A revision that changes nothing (Wagtail saves one when a reviewer approves from the editor)
    makes nobody an author. Overwriting a revision moves its date, so it counts again.
    """
    latest = instance.get_latest_revision()
    if latest is None:
        return set()
    live = latest.content_object
    state = live.current_workflow_state
    authors = {state.requested_by_id} if state else set()
    revisions = live.revisions.order_by("created_at", "pk")
    previous = None
    if live.live and live.last_published_at:
        revisions = revisions.filter(created_at__gt=live.last_published_at)
        previous = content_sha256(live.serializable_data())
    for revision in revisions:
        content = content_sha256(revision.content)
        if content != previous:
            authors.add(revision.user_id)
        previous = content
    return authors - {None}
