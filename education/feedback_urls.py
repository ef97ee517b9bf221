"""Addresses of “Was this page helpful?”, below the language prefix."""

from django.urls import path

from education.feedback_views import ANSWERS, DoneView, FeedbackView, ThanksView

app_name = "feedback"
urlpatterns = [
    path("<int:page_id>/", FeedbackView.as_view(), name="ask"),
    path("<int:page_id>/thanks/", DoneView.as_view(), name="done"),
    *(
        path(f"<int:page_id>/{answer}/", ThanksView.as_view(), {"answer": answer}, name="thanks")
        for answer in ANSWERS
    ),
]
