"""“Was this page helpful?”: one click without a cookie, then a comment for those who want.

The pages that ask are cached and carry no CSRF token, so these addresses ask the browser whether
the form was sent from this site (design: CSRF).
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from clinic.client_address import client_address
from clinic.contact_screen import tells_who
from clinic.error_pages import is_same_origin
from clinic.forms import LinesField, PatientForm
from clinic.rate_limit import hit
from education.models import EducationPage, HelpfulVote, PageComment

ANSWERS = {"yes": True, "no": False}
# A hospital's whole network shares one address.
MOST_VOTES_PER_HOUR = 60
MOST_COMMENTS_PER_HOUR = 10


class CommentForm(PatientForm):
    """What a reader missed or liked."""

    comment = LinesField(
        label=_("What could be better?"),
        max_length=500,
        required=False,
        help_text=_(
            "Please leave out names, phone numbers, dates and email addresses. We cannot answer "
            "here, and nobody reads this at once."
        ),
        error_messages={"max_length": _("Please keep it below 500 characters.")},
        widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
    )

    def clean_comment(self) -> str:
        """Return the text; raises ValidationError when it could tell who wrote it."""
        text = self.cleaned_data["comment"].strip()
        if tells_who(text):
            raise forms.ValidationError(
                _(
                    "This looks like a name, a number or an address. Please take it out, so that "
                    "nobody can tell who wrote this. If you want an answer, call us."
                )
            )
        return text


@method_decorator([csrf_exempt, sensitive_post_parameters()], name="dispatch")
class FeedbackView(View):
    """Takes the answer about a page."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the page that the answer is about; raises Http404 for one nobody can read."""
        super().setup(request, *args, **kwargs)
        pages = EducationPage.objects.live().public()
        self.page = get_object_or_404(pages.select_related("locale"), pk=kwargs["page_id"])

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Ask the question, for somebody who comes here without an answer."""
        return self.show()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Count the answer and thank for it; ask again when it did not come from our page."""
        is_helpful = ANSWERS.get(request.POST.get("answer", ""))
        if is_helpful is None:
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY)
        if not is_same_origin(request):
            return self.show(HTTPStatus.FORBIDDEN)
        address = client_address(request)
        if hit("feedback", address, MOST_VOTES_PER_HOUR, timedelta(hours=1)):
            return self.show(HTTPStatus.TOO_MANY_REQUESTS)
        HelpfulVote.objects.bulk_create([HelpfulVote(page_id=self.page.pk, is_helpful=is_helpful)])
        place = {"page_id": self.page.pk, "answer": request.POST["answer"]}
        return _see_other(reverse("feedback:thanks", kwargs=place))

    def show(self, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """Return the screen in one of its states."""
        context = {"about": self.page, "status": int(status), **context}
        response = render(self.request, "education/feedback.html", context, status=status)
        response["Cache-Control"] = "no-store, private"
        response["X-Robots-Tag"] = "noindex"
        return response


class ThanksView(FeedbackView):
    """Thanks for the answer and takes a comment."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Thank, and ask what could be better."""
        return self.show(form=CommentForm())

    @method_decorator(sensitive_variables())
    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep the comment, or show it again with what is wrong."""
        form = CommentForm(request.POST)
        if not is_same_origin(request):
            kept = CommentForm(initial={"comment": request.POST.get("comment", "")})
            return self.show(HTTPStatus.FORBIDDEN, form=kept)
        if not form.is_valid():
            return self.show(HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
        text = form.cleaned_data["comment"]
        if text and self._is_too_much(request):
            return self.show(HTTPStatus.TOO_MANY_REQUESTS, form=form)
        if text:
            is_helpful = ANSWERS[self.kwargs["answer"]]
            comment = PageComment(page_id=self.page.pk, is_helpful=is_helpful, text=text)
            PageComment.objects.bulk_create([comment])
        return _see_other(reverse("feedback:done", args=[self.page.pk]))

    def _is_too_much(self, request: HttpRequest) -> bool:
        address = client_address(request)
        return hit("comment", address, MOST_COMMENTS_PER_HOUR, timedelta(hours=1))


class DoneView(FeedbackView):
    """Says that the comment arrived."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Thank once more."""
        return self.show(is_done=True)


def _see_other(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)
    response["Cache-Control"] = "no-store, private"
    return response
