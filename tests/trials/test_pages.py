import re

import pytest
from django.template import Context, Template
from django.utils import translation
from wagtail.models import Locale

from clinic.review import publishing_without_review
from clinic.translation_work import record_versions
from education.models import EducationPage
from tests.education.factories import make_education_page
from tests.factories import make_locale, make_patient_text
from tests.trials.factories import (
    make_cancer_type,
    make_study,
    make_therapy_type,
    our_location,
    sync_studies,
)
from trials.models import PlainSummary, Trial
from trials.trial_page import education_pages

pytestmark = pytest.mark.django_db


def text_of(response):
    """Return the visible text of a page's main part."""
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def make_summary(trial, language="en", **fields):
    locale = Locale.objects.get_or_create(language_code=language)[0]
    values = {"title": "A plain title", "what_is_it_about": "It is about this.", **fields}
    return PlainSummary.objects.create(trial=trial, locale=locale, live=True, **values)


def open_study(nct_id="NCT99990001", **modules):
    return make_study(nct_id, contactsLocationsModule={"locations": [our_location()]}, **modules)


class TestSearchPage:
    def test_shows_trials_counts_and_what_was_not_understood(self, clinic, client):
        sync_studies(
            make_study(), make_study("NCT99990002", statusModule={"overallStatus": "COMPLETED"})
        )
        response = client.get("/en/trials/?q=melanoma&status=banana&page=7")
        shown = text_of(response)
        assert response.status_code == 200
        assert "2 trials" in shown
        assert "“banana”" in shown
        assert "There is no page 7" in shown
        assert "no-store" in response["Cache-Control"]

    def test_the_way_back_stands_on_every_trial_page(self, clinic, client):
        sync_studies(open_study())
        for address in ("/en/trials/NCT99990001/", "/en/trials/NCT99990001/interest/"):
            html = client.get(address).content.decode()
            way = html[html.index('<nav class="breadcrumbs') : html.index("</ol>")]
            assert re.findall(r'href="([^"]*)"', way)[1:] == ["/en/trials/"]
            assert "NCT99990001" in way

    def test_what_people_hear_about_trials_is_answered_in_the_readers_language(
        self, clinic, client
    ):
        sync_studies(open_study())
        address = "/es/trials/NCT99990001/"
        assert "moneda" not in text_of(client.get(address))
        make_patient_text(
            key="trial_myths",
            locale=make_locale("es"),
            title="Cinco cosas",
            body="<h3>Azar</h3><p>Como una moneda.</p>",
        )
        shown = client.get(address).content.decode()
        assert '<h2 id="myths">Cinco cosas</h2>' in shown
        assert "Como una moneda." in shown

    def test_pages_that_explain__the_treatment_first_then_the_cancer(self, clinic):
        therapy, other = make_therapy_type("ci", "CI"), make_therapy_type("ab", "AB")
        cancer, elsewhere = make_cancer_type("m", "M"), make_cancer_type("l", "L")
        section = EducationPage.Section

        def page(title, section, therapies=(), cancers=()):
            made = make_education_page(title=title, section=section)
            made.therapy_types.set(therapies)
            made.cancer_types.set(cancers)
            made.save()

        page("Living", section.LIVING, [therapy])
        page("Leukemia", section.CANCERS, [therapy], [elsewhere])
        page("Melanoma", section.CANCERS, [other], [cancer])
        page("Many kinds", section.TYPES, [therapy, other])
        page("Checkpoint", section.TYPES, [therapy])
        page("Another treatment of melanoma", section.TYPES, [other], [cancer])
        found = education_pages([therapy], [cancer], "en")
        assert [page.title for page in found] == ["Checkpoint", "Many kinds", "Melanoma", "Living"]

    def test_an_empty_result_helps(self, clinic, client):
        sync_studies(make_study())
        response = client.get("/en/trials/?q=melanoma&status=completed")
        shown = text_of(response)
        assert "No trial fits this search" in shown
        assert "Take away all filters: 1 trial fits your words" in shown
        assert "(415) 555-0100" in shown

    def test_hostile_words_are_shown_as_text(self, clinic, client):
        response = client.get("/en/trials/?q=<script>alert(1)</script>&status=<b>")
        assert b"<script>alert" not in response.content
        assert b"<b>" not in response.content

    @pytest.mark.parametrize("address", ["q=%00", "q=lung%00", "status=%00", "q=%ff"])
    def test_nul_and_broken_text_are_refused_with_a_page(self, clinic, client, address):
        response = client.get("/en/trials/", QUERY_STRING=address)
        assert response.status_code == 400
        assert "(415) 555-0100" in response.content.decode()

    @pytest.mark.parametrize("address", ["q=melanoma%01", "q=%1bmelanoma%08", "q=melanoma%7f"])
    def test_other_control_characters_are_left_out_with_a_note(self, clinic, client, address):
        sync_studies(make_study())
        shown = text_of(client.get("/en/trials/", QUERY_STRING=address))
        assert "Some characters of your search were left out." in shown
        assert "1 trial" in shown

    def test_few_queries_however_many_trials(self, clinic, client, django_assert_max_num_queries):
        make_cancer_type("melanoma", "Melanoma", "skin")
        sync_studies(*(make_study(f"NCT9999{number:04}") for number in range(30)))
        client.get("/en/trials/")
        with django_assert_max_num_queries(8):
            response = client.get("/en/trials/?q=melanoma&status=recruiting&page=2")
        assert text_of(response).count("NCT9999") == 10

    def test_pages_are_links_that_keep_the_search(self, clinic, client):
        sync_studies(*(make_study(f"NCT9999{number:04}") for number in range(45)))
        html = client.get("/en/trials/?q=melanoma&phase=2").content.decode()
        assert 'href="?q=melanoma&amp;phase=phase2&amp;page=3"' in html

    def test_spanish(self, clinic, client):
        sync_studies(make_study())
        response = client.get("/es/trials/")
        assert response.status_code == 200
        assert 'lang="en">Example Study' in response.content.decode()


class TestTrialPage:
    def test_registry_text_is_labelled_and_inert(self, clinic, client):
        criteria = "Inclusion Criteria:\n\n* ANC \\>= 1 <80% <img src=x>\n  * deep"
        sync_studies(
            make_study(
                identificationModule={"briefTitle": "<b>Bold</b> & <script>x</script>"},
                eligibilityModule={"eligibilityCriteria": criteria},
            )
        )
        html = client.get("/en/trials/NCT99990001/").content.decode()
        assert "&lt;b&gt;Bold&lt;/b&gt; &amp; &lt;script&gt;" in html
        assert "ANC &gt;= 1 &lt;80% &lt;img src=x&gt;" in html
        assert "<li>deep</li>" in html
        assert "What the registry says" in html
        assert "Tests if the treatment works" in html

    def test_freshness(self, clinic, client):
        sync_studies(make_study())
        shown = text_of(client.get("/en/trials/NCT99990001/"))
        assert "record was last updated on Feb. 3, 2026" in shown
        assert "We last looked at it on" in shown
        assert "March 2025" in shown
        assert "Dec. 31, 2028 (expected)" in shown

    def test_a_translated_summary_says_that_the_english_one_is_newer(self, clinic, client):
        sync_studies(open_study())
        trial = Trial.objects.get()
        english = make_summary(trial)
        spanish = make_summary(trial, "es", title="Un título")
        record_versions(PlainSummary)
        notice = 'id="english-is-newer"'
        assert notice not in client.get(f"/es/trials/{trial.nct_id}/").content.decode()

        english.what_is_it_about = "It is about something else."
        with publishing_without_review():
            english.save_revision().publish()
        page = client.get(f"/es/trials/{trial.nct_id}/").content.decode()
        assert spanish.title in page
        assert notice in page
        assert notice not in client.get(f"/en/trials/{trial.nct_id}/").content.decode()

    def test_the_plain_summary_comes_first(self, clinic, client):
        sync_studies(make_study())
        make_summary(Trial.objects.get(), what_happens="First this.\n\n- One\n- Two")
        html = client.get("/en/trials/NCT99990001/").content.decode()
        assert "A plain title</h1>" in html
        main = html[html.index("<main") :]
        assert main.index("It is about this.") < main.index("Tests if exampliximab")
        assert "<ul><li>One</li><li>Two</li></ul>" in html

    def test_a_draft_is_not_shown(self, clinic, client):
        sync_studies(make_study())
        make_summary(Trial.objects.get())
        PlainSummary.objects.update(live=False)
        assert "A plain title" not in text_of(client.get("/en/trials/NCT99990001/"))

    def test_spanish_page_marks_english_text_and_offers_help(self, clinic, client):
        sync_studies(make_study())
        html = client.get("/es/trials/NCT99990001/").content.decode()
        assert '<h1 lang="en">Example Study' in html
        assert '<section class="criteria criteria--inclusion" lang="en">' in html
        assert "notice--language" in html.replace('id="not-translated"', "", 1).split("</main>")[0]

    def test_a_spanish_summary_is_shown_in_spanish(self, clinic, client):
        sync_studies(make_study())
        make_summary(Trial.objects.get(), "es", title="Un título claro")
        assert "<h1>Un título claro</h1>" in client.get("/es/trials/NCT99990001/").content.decode()
        assert "Un título claro" not in client.get("/en/trials/NCT99990001/").content.decode()

    def test_many_odd_places(self, clinic, client):
        locations = [{"city": f"City {n}"} for n in range(430)] + [{"facility": "Only a name"}]
        sync_studies(make_study(contactsLocationsModule={"locations": locations}))
        shown = text_of(client.get("/en/trials/NCT99990001/"))
        assert "Other places (431, 431 open)" in shown
        assert "Only a name" in shown

    def test_a_bare_record(self, clinic, client):
        sync_studies(
            {
                "protocolSection": {
                    "identificationModule": {"nctId": "NCT99990009", "briefTitle": "Bare"},
                    "statusModule": {"overallStatus": "SOMETHING_NEW"},
                }
            }
        )
        shown = text_of(client.get("/en/trials/NCT99990009/"))
        assert "SOMETHING_NEW" in shown
        assert "The registry does not name the places" in shown

    @pytest.mark.parametrize("status", ["SUSPENDED", "WITHDRAWN", "UNKNOWN", "WITHHELD"])
    def test_doubtful_trials_stay_but_ask_not_to_be_indexed(self, clinic, client, status):
        sync_studies(make_study(statusModule={"overallStatus": status}))
        response = client.get("/en/trials/NCT99990001/")
        assert response.status_code == 200
        assert '<meta name="robots" content="noindex">' in response.content.decode()


class TestJoining:
    def test_open_at_our_clinic(self, clinic, client):
        sync_studies(open_study())
        shown = text_of(client.get("/en/trials/NCT99990001/"))
        assert "Open at Marigold Clinic" in shown
        assert "Not open at our clinic" not in shown

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            ("NOT_YET_RECRUITING", "has not opened yet"),
            ("ENROLLING_BY_INVITATION", "by invitation only"),
            ("ACTIVE_NOT_RECRUITING", "takes no new people"),
            ("SUSPENDED", "on hold"),
            ("TERMINATED", "stopped early"),
            ("WITHDRAWN", "called off"),
            ("COMPLETED", "has finished"),
            ("UNKNOWN", "not been updated for two years"),
            ("NEW_STATUS", "not taking new people"),
        ],
    )
    def test_closed_with_the_reason(self, clinic, client, status, reason):
        sync_studies(open_study(statusModule={"overallStatus": status, "whyStopped": "Own words"}))
        response = client.get("/en/trials/NCT99990001/")
        assert reason in text_of(response)
        assert "Own words" in text_of(response)
        assert "/interest/" not in response.content.decode()

    def test_open_elsewhere_only(self, clinic, client):
        sync_studies(make_study())
        assert "Our clinic does not take part" in text_of(client.get("/en/trials/NCT99990001/"))


class TestAddresses:
    @pytest.mark.parametrize("given", ["nct99990001", "Nct99990001", "NCT99990077", "nct99990077"])
    def test_small_letters_and_former_ids_redirect(self, clinic, client, given):
        sync_studies(make_study(identificationModule={"nctIdAliases": ["NCT99990077"]}))
        response = client.get(f"/es/trials/{given}/")
        assert (response.status_code, response["Location"]) == (301, "/es/trials/NCT99990001/")

    @pytest.mark.parametrize("given", ["NCT99999999", "NCT1", "whatever", "%20", "NCT99990001x"])
    def test_an_unknown_trial_is_a_friendly_404(self, clinic, client, given):
        response = client.get(f"/en/trials/{given}/")
        assert response.status_code == 404
        assert "We do not list this trial" in text_of(response)

    def test_an_unlisted_trial_is_not_there(self, clinic, client):
        sync_studies(make_study())
        Trial.objects.update(is_listed=False)
        assert client.get("/en/trials/NCT99990001/").status_code == 404


class TestTags:
    def render(self, text, **context):
        return Template("{% load trials_tags %}" + text).render(Context(context))

    def test_open_trials_of_a_therapy_our_clinic_first(self, clinic):
        therapy = make_therapy_type("exa", "Exa", "exampliximab")
        other = make_therapy_type("other", "Other", "something else")
        sync_studies(
            make_study(identificationModule={"briefTitle": "Elsewhere"}),
            open_study("NCT99990002", identificationModule={"briefTitle": "Here"}),
            make_study("NCT99990003", statusModule={"overallStatus": "COMPLETED"}),
        )
        html = self.render("{% open_trials therapy_types=types limit=5 %}", types=[therapy])
        assert html.index("Here") < html.index("Elsewhere")
        assert "NCT99990003" not in html
        assert "?therapy=exa" in html
        assert "No trial about this subject" in self.render(
            "{% open_trials therapy_types=types %}", types=[other]
        )

    def test_summary_and_search_box(self, clinic):
        sync_studies(open_study(), make_study("NCT99990002"))
        assert "1 trial is open at our clinic today." in self.render("{% open_trials_summary %}")
        with translation.override("es"):
            assert 'action="/es/trials/"' in self.render("{% trial_search_box %}")


class TestApi:
    def test_shape_and_paging(self, clinic, client):
        make_cancer_type("melanoma", "Melanoma")
        sync_studies(*(make_study(f"NCT9999000{number}") for number in range(5)))
        answer = client.get("/api/v1/trials/?q=melanoma&page_size=2&page=2").json()
        assert set(answer) == {"count", "next", "previous", "results"}
        assert answer["count"] == 5
        assert answer["next"].endswith("/api/v1/trials/?q=melanoma&page=3&page_size=2")
        assert answer["previous"].endswith("/api/v1/trials/?q=melanoma&page_size=2")
        first = answer["results"][0]
        assert first["cancer_types"] == ["melanoma"]
        assert first["url"].endswith(f"/en/trials/{first['nct_id']}/")
        beyond = client.get("/api/v1/trials/?page=99").json()
        assert (beyond["count"], beyond["results"], beyond["next"]) == (5, [], None)

    @pytest.mark.parametrize("size", ["0", "1001", "x", "-5"])
    def test_a_bad_page_size_is_noted(self, clinic, client, size):
        answer = client.get(f"/api/v1/trials/?page_size={size}").json()
        assert "page_size is a number from 1 to 1000" in answer["notes"][0]

    def test_no_language_redirect(self, clinic, client):
        response = client.get("/api/v1/trials/", headers={"accept-language": "es"})
        assert response.status_code == 200
