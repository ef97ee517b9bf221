"""What the dashboard says of reviews to come: one's own, and everybody's by month."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.review_forecast import forecast
from clinic.roles import COORDINATORS, EDITORS
from tests.clinic.review_steps import log_in
from tests.factories import make_page, make_person, make_reviewer, make_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def test_forecast__counts_by_clinician_and_month() -> None:
    ana, ben = make_person(name="Ana"), make_person(name="Ben")
    for person, due in [
        (ana, date(2026, 3, 1)),  # overdue
        (ana, date(2026, 11, 30)),
        (ana, date(2027, 1, 1)),
        (ben, date(2027, 4, 30)),
        (ben, date(2027, 5, 1)),  # too far ahead
    ]:
        make_page(reviewed_by=person, next_review_due=due)
    make_page(next_review_due=TODAY)
    make_page(reviewed_by=ben, next_review_due=TODAY, live=False)
    coming = forecast(TODAY)
    assert coming.months == [date(2026, 11, 1), date(2026, 12, 1)] + [
        date(2027, month, 1) for month in range(1, 5)
    ]
    assert coming.rows == [("Ana", [2, 0, 1, 0, 0, 0]), ("Ben", [0, 0, 0, 0, 0, 1])]
    assert coming.largest == 2


def test_dashboard__shows_ones_own_and_the_forecast() -> None:
    reviewer = make_reviewer()
    late = timezone.localdate() - timedelta(days=3)
    make_page(title="Mine", reviewed_by=reviewer.people.get(), next_review_due=late)
    html = log_in(reviewer).get(reverse("wagtailadmin_home")).content.decode()
    assert "Yours: pages that you own or checked last" in html
    assert "3 days overdue" in html
    assert f'<th scope="row">{reviewer.people.get().name}</th>' in html
    assert "style=" not in html[html.index("clinic-forecast") : html.index("</table>")]
    others = log_in(make_user(EDITORS)).get(reverse("wagtailadmin_home")).content.decode()
    assert "Yours: pages" not in others and "clinic-forecast" in others
    assert "clinic-forecast" not in (
        log_in(make_user(COORDINATORS)).get(reverse("wagtailadmin_home")).content.decode()
    )
