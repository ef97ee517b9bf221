"""The five roles as groups, and the review workflow: synced after every migrate, idempotent.

Group names are database keys and stay in English. What an app's own models need, the app says in
its ``role_permissions.py``: ``PERMISSIONS = {COORDINATORS: ["inquiries.view_inquiry", …]}``.
"""

from collections import defaultdict

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowMixin,
    WorkflowPage,
    WorkflowTask,
)

from clinic.contributions import contributions
from clinic.models import ClinicallyReviewedMixin, ClinicalReviewTask

EDITORS = "Editors"
REVIEWERS = "Clinical reviewers"
COORDINATORS = "Trial coordinators"
LEADS = "Coordination leads"
ADMINISTRATORS = "Site administrators"
ROLES = (EDITORS, REVIEWERS, COORDINATORS, LEADS, ADMINISTRATORS)

WORKFLOW_NAME = "Clinical review"

PERMISSIONS: dict[str, list[str]] = {
    EDITORS: [
        "wagtailadmin.access_admin",
        "clinic.add_patienttext",
        "clinic.change_patienttext",
        "clinic.view_patienttext",
        "clinic.add_takedown",
        "simple_translation.submit_translation",
        "clinic.sign_translation",
    ],
    REVIEWERS: [
        "wagtailadmin.access_admin",
        "clinic.view_patienttext",
        "clinic.add_takedown",
        "clinic.confirm_urgent_phone",
        "clinic.sign_translation",
        "clinic.confirm_translation",
    ],
    COORDINATORS: ["wagtailadmin.access_admin"],
    LEADS: ["wagtailadmin.access_admin", "clinic.change_outboxmessage"],
    ADMINISTRATORS: [
        "wagtailadmin.access_admin",
        "clinic.change_outboxmessage",
        "clinic.change_clinicsettings",
        "clinic.confirm_urgent_phone",
        "clinic.add_person",
        "clinic.change_person",
        "clinic.delete_person",
        "clinic.view_person",
        "clinic.add_takedown",
        "clinic.view_patienttext",
        "clinic.add_staffmember",
        "clinic.change_staffmember",
        "clinic.view_staffmember",
        "wagtailredirects.add_redirect",
        "wagtailredirects.change_redirect",
        "wagtailredirects.delete_redirect",
        "wagtailredirects.view_redirect",
    ],
}
# On the whole tree. Reviewers and administrators need to find pages, not to write them: Wagtail
# shows the tree to whoever may lock a page.
PAGE_PERMISSIONS: dict[str, list[str]] = {
    EDITORS: ["add_page", "change_page"],
    REVIEWERS: ["lock_page", "unlock_page"],
    ADMINISTRATORS: ["lock_page", "unlock_page"],
}
# On the root collection.
COLLECTION_PERMISSIONS: dict[str, list[tuple[str, str]]] = {
    EDITORS: [
        ("wagtailimages", "add_image"),
        ("wagtailimages", "change_image"),
        ("wagtailimages", "choose_image"),
        ("wagtaildocs", "add_document"),
        ("wagtaildocs", "change_document"),
        ("wagtaildocs", "choose_document"),
    ],
}


def role_permissions() -> dict[str, set[str]]:
    """Return the permissions of each role, with what the apps contribute."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for role, names in PERMISSIONS.items():
        wanted[role].update(names)
    for module in contributions("role_permissions"):
        for role, names in module.PERMISSIONS.items():
            if role not in ROLES:
                raise ValueError(f"{module.__name__} names no role: {role}")
            wanted[role].update(names)
    return dict(wanted)


@transaction.atomic
def sync_roles() -> None:
    """Give each role exactly its permissions, and nobody Wagtail's permission to publish."""
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in ROLES}
    for name, wanted in role_permissions().items():
        groups[name].permissions.set([_permission(label) for label in sorted(wanted)])
    _sync_page_permissions(groups)
    _sync_collection_permissions(groups)
    _take_away_publishing()
    _sync_workflow(groups[REVIEWERS])


def _permission(label: str) -> Permission:
    app_label, codename = label.split(".")
    try:
        return Permission.objects.get(content_type__app_label=app_label, codename=codename)
    except Permission.DoesNotExist:
        raise LookupError(f"There is no permission {label}; a role asks for it.") from None


def _sync_page_permissions(groups: dict[str, Group]) -> None:
    root = Page.get_first_root_node()
    for name, group in groups.items():
        wanted = set(PAGE_PERMISSIONS.get(name, [])) if root else set()
        held = GroupPagePermission.objects.filter(group=group)
        held.exclude(page=root, permission__codename__in=wanted).delete()
        for codename in wanted:
            GroupPagePermission.objects.get_or_create(
                group=group, page=root, permission=_permission(f"wagtailcore.{codename}")
            )


def _sync_collection_permissions(groups: dict[str, Group]) -> None:
    root = Collection.get_first_root_node()
    for name, group in groups.items():
        wanted = COLLECTION_PERMISSIONS.get(name, []) if root else []
        permissions = [_permission(f"{app}.{codename}") for app, codename in wanted]
        held = GroupCollectionPermission.objects.filter(group=group)
        held.exclude(collection=root, permission__in=permissions).delete()
        for permission in permissions:
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=root, permission=permission
            )


def _take_away_publishing() -> None:
    """Wagtail's own migrations make a group of moderators who may publish."""
    GroupPagePermission.objects.filter(permission__codename="publish_page").delete()
    publishing = Permission.objects.filter(codename__startswith="publish_")
    for group in Group.objects.filter(permissions__in=publishing).distinct():
        group.permissions.remove(*publishing)
    Group.objects.filter(name="Moderators", user__isnull=True).delete()


def reviewed_snippet_models() -> list[type[WorkflowMixin]]:
    """Return the models other than pages that go live through a clinical review."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, ClinicallyReviewedMixin)
        and issubclass(model, WorkflowMixin)
        and not issubclass(model, Page)
    ]


def _sync_workflow(reviewers: Group) -> None:
    """Attach the one workflow to the tree and to every reviewed snippet; retire Wagtail's."""
    workflow, _created = Workflow.objects.get_or_create(name=WORKFLOW_NAME)
    task, _created = ClinicalReviewTask.objects.get_or_create(name=WORKFLOW_NAME)
    task.groups.set([reviewers])
    for thing in (workflow, task):
        if not thing.active:
            thing.active = True
            thing.save(update_fields=["active"])
    WorkflowTask.objects.filter(workflow=workflow).exclude(task=task).delete()
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task)
    WorkflowPage.objects.exclude(workflow=workflow).delete()
    WorkflowContentType.objects.exclude(workflow=workflow).delete()
    if root := Page.get_first_root_node():
        WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    for model in reviewed_snippet_models():
        WorkflowContentType.objects.update_or_create(
            content_type=ContentType.objects.get_for_model(model), defaults={"workflow": workflow}
        )
    for other in Workflow.objects.filter(active=True).exclude(pk=workflow.pk):
        other.deactivate()


def sync_after_migrate(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Sync the roles once, after the last app, and only on a completely migrated database."""
    with_models = [config for config in apps.get_app_configs() if config.models_module]
    if sender != with_models[-1]:
        return
    executor = MigrationExecutor(connections[using])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        sync_roles()
