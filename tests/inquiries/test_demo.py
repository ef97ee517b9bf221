import pytest

from clinic.demo_site import DemoContext
from clinic.models import User
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import make_trial
from trials.inquiries import demo
from trials.inquiries.models import Inquiry

pytestmark = pytest.mark.django_db


@pytest.fixture
def load():
    make_home_page()
    make_user(LEADS, email=demo.LEAD)
    make_user(COORDINATORS, email=demo.COORDINATOR)
    for _ in range(3):
        make_trial()

    def run() -> list[str]:
        said: list[str] = []
        context = DemoContext(password="x", say=said.append)
        demo.load(context)
        demo.after_load(context)
        return said

    return run


def test_demo__has_a_dozen_inquiries_and_one_entered_of_which_the_coordinator_sees_some(load):
    load()
    lead, coordinator = User.objects.get(email=demo.LEAD), User.objects.get(email=demo.COORDINATOR)
    everything = set(Inquiry.objects.all())
    assert len(everything) == 13
    assert set(Inquiry.objects.visible_to(lead)) == everything
    assert 0 < Inquiry.objects.visible_to(coordinator).count() < 13
    assert Inquiry.objects.values("state").distinct().count() >= 7
    assert Inquiry.objects.quarantined().count() == 1
    entered = Inquiry.objects.get(origin="entered")
    assert entered.source == "phone" and entered.trials.count() == 2


def test_demo__the_second_run_adds_and_changes_nothing(load):
    load()
    before = list(Inquiry.objects.order_by("pk").values())
    assert load() == []
    assert list(Inquiry.objects.order_by("pk").values()) == before
