import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.views import View

from clinic.urls import staff


class Form(View):
    def post(self, request, number):
        return HttpResponse("accepted")

    def show_again(self):
        return HttpResponse(f"{self.kwargs['number']}: {self.request.POST['name']}", status=403)


def plain(request):
    return HttpResponse("accepted")


urlpatterns = [path("en/form/<int:number>/", Form.as_view()), path("en/plain/", plain)]
handler400, handler403 = staff.handler400, staff.handler403
handler404, handler500 = staff.handler404, staff.handler500
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def visitor(settings):
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE[:-1]
    return Client(enforce_csrf_checks=True)


def test_a_view_may_show_its_form_again(visitor):
    response = visitor.post("/en/form/7/", {"name": "Ana"})
    assert (response.status_code, response.text) == (403, "7: Ana")


def test_any_other_form_is_kept_with_a_fresh_token(visitor):
    response = visitor.post("/en/plain/", {"name": "Ana", "csrfmiddlewaretoken": "old"})
    assert response.status_code == 403
    assert 'name="name" value="Ana"' in response.text
    assert 'value="old"' not in response.text
    token = response.text.split('name="csrfmiddlewaretoken" value="')[1].partition('"')[0]
    again = visitor.post("/en/plain/", {"name": "Ana", "csrfmiddlewaretoken": token})
    assert (again.status_code, again.text) == (200, "accepted")
