"""What editors and reviewers do, as the tests of the review need it."""

from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from clinic.models.review import APPROVE_WHOLE_PAGE


def fresh(page):
    return type(page).objects.get(pk=page.pk)


def change(page, user, **fields):
    """Save a draft with other values, as the editor does."""
    draft = fresh(page).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    return draft.save_revision(user=user)


def submit(page, user):
    """Send the latest draft to review and return the open task state."""
    instance = fresh(page)
    instance.get_workflow().start(instance, user)
    return fresh(page).current_workflow_task_state


def act(state, user, action=APPROVE_WHOLE_PAGE, **data):
    state.task.specific.on_action(state, user, action, **data)


def log_in(user):
    client = Client()
    client.force_login(user)
    return client


def form_data(page, **fields):
    """Return what the page editor posts."""
    draft = fresh(page).get_latest_revision_as_object()
    return nested_form_data(
        {
            "title": draft.title,
            "slug": draft.slug,
            "introduction": draft.introduction,
            "illustration": "",
            "seo_title": "",
            "search_description": "",
            "body": streamfield([]),
            "comments": inline_formset([]),
            **fields,
        }
    )


def edit_url(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def names_of(state, user):
    task = state.task.specific
    page = state.workflow_state.content_object
    return [name for name, _label, _modal in task.get_actions(page, user)]
