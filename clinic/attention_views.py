"""The list of messages that were given up, and sending them again."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext
from django.views import View
from wagtail.admin import messages

from clinic.attention import may_see
from clinic.models import OutboxMessage
from clinic.outbox import send_again, subject_link, template_label

PER_PAGE = 50
ALL = "all"


class GivenUpMessagesView(View):
    """Shows what was given up (GET) and queues one message or all of them again (POST)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_see(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the list, newest first."""
        given_up = OutboxMessage.objects.dead().order_by("-dead_at")
        page = Paginator(given_up, PER_PAGE).get_page(request.GET.get("p"))
        rows = [
            (one, template_label(one.template), subject_link(one, request.user))
            for one in page.object_list
        ]
        context = {"rows": rows, "page": page}
        return TemplateResponse(request, "wagtailadmin/clinic/given_up.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Queue again what was asked for."""
        wanted = request.POST.get("message", "")
        given_up = OutboxMessage.objects.dead()
        try:
            chosen = given_up if wanted == ALL else given_up.filter(pk=wanted)
        except ValidationError:
            chosen = given_up.none()
        count = send_again(chosen, actor=request.user, request=request)
        messages.success(
            request,
            ngettext(
                "%(count)d message will be sent again.",
                "%(count)d messages will be sent again.",
                count,
            )
            % {"count": count},
        )
        return redirect("given_up_messages")
