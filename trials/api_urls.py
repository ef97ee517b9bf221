from django.urls import path

from trials import api

app_name = "trials_api"
urlpatterns = [path("", api.trial_list, name="api_list")]
