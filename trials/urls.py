from django.urls import path

from trials import views

app_name = "trials"
urlpatterns = [
    path("", views.search, name="search"),
    path("<str:nct_id>/", views.detail, name="detail"),
]
