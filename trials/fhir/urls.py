from django.urls import path

from trials.api.manners import for_machines
from trials.fhir import views

app_name = "fhir"
urlpatterns = [
    path("metadata", for_machines(views.metadata, views.refusal), name="metadata"),
    path("ResearchStudy", for_machines(views.search, views.refusal), name="search"),
    path("", for_machines(views.not_here, views.refusal)),
    path("ResearchStudy/<str:nct_id>", for_machines(views.read, views.refusal), name="read"),
    path("<path:rest>", for_machines(views.not_here, views.refusal)),
]
