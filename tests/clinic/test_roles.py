"""Each role holds exactly its permissions, after every migrate."""

from types import ModuleType

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from wagtail.models import (
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
)

from clinic import demo_people, roles
from clinic.models import ClinicalReviewTask, PatientText, Person, User
from clinic.roles import (
    ADMINISTRATORS,
    COORDINATORS,
    EDITORS,
    LEADS,
    REVIEWERS,
    ROLES,
    role_permissions,
    sync_roles,
)
from tests.factories import make_person, make_user

pytestmark = pytest.mark.django_db


def held_by(role):
    permissions = Permission.objects.filter(group__name=role).select_related("content_type")
    return {f"{p.content_type.app_label}.{p.codename}" for p in permissions}


def of_the_clinic(role):
    """The role's permissions without those that higher rooms contribute."""
    rooms = ("education.", "trials.", "inquiries.")
    return {label for label in held_by(role) if not label.startswith(rooms)}


def pages_of(role):
    return set(
        GroupPagePermission.objects.filter(group__name=role).values_list(
            "permission__codename", flat=True
        )
    )


def collections_of(role):
    return set(
        GroupCollectionPermission.objects.filter(group__name=role).values_list(
            "permission__codename", flat=True
        )
    )


def test_editors_write_and_submit():
    assert of_the_clinic(EDITORS) == {
        "wagtailadmin.access_admin",
        "clinic.add_patienttext",
        "clinic.change_patienttext",
        "clinic.view_patienttext",
        "clinic.add_takedown",
        "simple_translation.submit_translation",
        "clinic.sign_translation",
    }
    assert pages_of(EDITORS) == {"add_page", "change_page"}
    assert collections_of(EDITORS) == {
        "add_image",
        "change_image",
        "choose_image",
        "add_document",
        "change_document",
        "choose_document",
    }


def test_reviewers_read_and_take_down():
    assert of_the_clinic(REVIEWERS) == {
        "wagtailadmin.access_admin",
        "clinic.view_patienttext",
        "clinic.add_takedown",
        "clinic.confirm_urgent_phone",
        "clinic.sign_translation",
        "clinic.confirm_translation",
    }
    assert pages_of(REVIEWERS) == {"lock_page", "unlock_page"}
    assert collections_of(REVIEWERS) == set()


@pytest.mark.parametrize(
    ("role", "besides"), [(COORDINATORS, set()), (LEADS, {"clinic.change_outboxmessage"})]
)
def test_coordination_has_nothing_of_the_site(role, besides):
    assert of_the_clinic(role) == {"wagtailadmin.access_admin"} | besides
    assert pages_of(role) == set()
    assert collections_of(role) == set()


def test_administrators_manage_settings_people_and_staff():
    assert of_the_clinic(ADMINISTRATORS) == {
        "wagtailadmin.access_admin",
        "clinic.change_outboxmessage",
        "clinic.change_clinicsettings",
        "clinic.confirm_urgent_phone",
        "clinic.add_person",
        "clinic.change_person",
        "clinic.delete_person",
        "clinic.view_person",
        "clinic.add_takedown",
        "clinic.add_staffmember",
        "clinic.change_staffmember",
        "clinic.view_staffmember",
        "clinic.view_patienttext",
        "wagtailredirects.add_redirect",
        "wagtailredirects.change_redirect",
        "wagtailredirects.delete_redirect",
        "wagtailredirects.view_redirect",
    }
    assert pages_of(ADMINISTRATORS) == {"lock_page", "unlock_page"}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_manages_groups_or_users_as_wagtail_does(role):
    forbidden = {"auth.", "clinic.add_user", "clinic.change_user", "clinic.delete_user", "mfa."}
    assert not [label for label in held_by(role) if label.startswith(tuple(forbidden))]


def test_rooms_contribute_what_they_say():
    for role, wanted in role_permissions().items():
        assert held_by(role) == wanted


def test_contribution_to_an_unknown_role_is_refused(monkeypatch):
    module = ModuleType("somewhere.role_permissions")
    module.PERMISSIONS = {"Editor": ["clinic.view_person"]}
    monkeypatch.setattr(roles, "contributions", lambda name: [module])
    with pytest.raises(ValueError, match="somewhere"):
        role_permissions()


def test_unknown_permission_is_named(monkeypatch):
    monkeypatch.setitem(roles.PERMISSIONS, LEADS, ["clinic.fly"])
    with pytest.raises(LookupError, match=r"clinic\.fly"):
        sync_roles()


class TestNobodyPublishes:
    def test_after_migrate(self):
        assert not GroupPagePermission.objects.filter(permission__codename="publish_page").exists()
        assert not Group.objects.filter(permissions__codename__startswith="publish_").exists()
        assert not Group.objects.filter(name="Moderators").exists()

    def test_sync_takes_it_away_again(self):
        group = Group.objects.create(name="Clever people")
        GroupPagePermission.objects.create(
            group=group,
            page=Page.get_first_root_node(),
            permission=Permission.objects.get(codename="publish_page"),
        )
        group.permissions.add(Permission.objects.get(codename="publish_patienttext"))
        sync_roles()
        assert not GroupPagePermission.objects.filter(group=group).exists()
        assert not group.permissions.exists()


class TestSync:
    def test_takes_away_what_a_role_should_not_have(self):
        coordinators = Group.objects.get(name=COORDINATORS)
        coordinators.permissions.add(Permission.objects.get(codename="change_user"))
        GroupPagePermission.objects.create(
            group=coordinators,
            page=Page.get_first_root_node(),
            permission=Permission.objects.get(codename="change_page"),
        )
        sync_roles()
        test_coordination_has_nothing_of_the_site(COORDINATORS, set())

    def test_twice_changes_nothing(self):
        before = list(GroupPagePermission.objects.order_by("pk").values_list("pk", flat=True))
        sync_roles()
        sync_roles()
        after = list(GroupPagePermission.objects.order_by("pk").values_list("pk", flat=True))
        assert before == after
        assert Workflow.objects.filter(active=True).count() == 1
        assert ClinicalReviewTask.objects.count() == 1

    def test_keeps_the_people_of_a_role(self):
        user = make_user(EDITORS)
        sync_roles()
        assert user.groups.get().name == EDITORS

    def test_runs_after_migrate(self):
        Group.objects.get(name=EDITORS).permissions.clear()
        call_command("migrate", verbosity=0)
        assert "clinic.add_takedown" in held_by(EDITORS)


class TestWorkflow:
    def test_is_attached_to_the_tree_and_to_the_reviewed_snippets(self):
        workflow = Workflow.objects.get(active=True)
        assert WorkflowPage.objects.get().page == Page.get_first_root_node()
        attached = {row.content_type.model for row in WorkflowContentType.objects.all()}
        assert PatientText._meta.model_name in attached
        assert "plainsummary" in attached
        assert [task.specific for task in workflow.tasks] == [ClinicalReviewTask.objects.get()]

    def test_is_done_by_reviewers_alone(self):
        task = ClinicalReviewTask.objects.get()
        assert [group.name for group in task.groups.all()] == [REVIEWERS]

    def test_other_workflow_is_detached(self):
        other = Workflow.objects.create(name="Quick way")
        WorkflowPage.objects.update(workflow=other)
        sync_roles()
        assert WorkflowPage.objects.get().workflow.name == roles.WORKFLOW_NAME
        other.refresh_from_db()
        assert not other.active


class TestDemoPeople:
    def test_each_has_one_role_and_the_password(self, settings):
        make_person()
        demo_people.load_demo_people()
        for email, (role, *_name) in demo_people.DEMO_PEOPLE.items():
            user = User.objects.get(email=email)
            assert [group.name for group in user.groups.all()] == [role]
            assert user.check_password(settings.DEMO_PASSWORD)
            assert not user.is_superuser

    @pytest.mark.parametrize("email", demo_people.SIGNING)
    def test_who_signs_does_so_with_their_name(self, email):
        _role, *name = demo_people.DEMO_PEOPLE[email]
        person = make_person(name=" ".join(name))
        make_person(name="Somebody Else")
        demo_people.load_demo_people()
        assert User.objects.get(email=email).people.get() == person

    def test_second_time_changes_nothing(self):
        make_person(name="Ines Calderón")
        demo_people.load_demo_people()
        user = User.objects.get(email=demo_people.SIGNING[0])
        user.set_password("another-password-of-the-demo")
        user.save()
        demo_people.load_demo_people()
        user.refresh_from_db()
        assert user.check_password("another-password-of-the-demo")
        assert Person.objects.filter(user=user).count() == 1

    def test_refused_outside_the_demo(self, settings):
        settings.DEMO = False
        with pytest.raises(ImproperlyConfigured):
            demo_people.load_demo_people()
        assert not User.objects.exists()


def test_permission_given_to_one_login_opens_nothing():
    user = make_user(REVIEWERS)
    permission = Permission.objects.get(codename="change_group")
    user.user_permissions.add(permission)
    assert not User.objects.get(pk=user.pk).has_perm("auth.change_group")
    Group.objects.get(name=REVIEWERS).permissions.add(permission)
    assert User.objects.get(pk=user.pk).has_perm("auth.change_group")
