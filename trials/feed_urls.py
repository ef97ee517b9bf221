from django.urls import path

from trials.api.manners import for_machines
from trials.feeds import trials_feed

app_name = "feeds"
urlpatterns = [path("trials.atom", for_machines(trials_feed), name="trials")]
