from django.urls import path

from trials import tool_views, views

app_name = "trials"
urlpatterns = [
    path("", views.search, name="search"),
    path("compare/", tool_views.compare, name="compare"),
    path("list/", tool_views.kept, name="list"),
    path("<str:nct_id>/fit/", tool_views.fit, name="fit"),
    path("<str:nct_id>/doctor/", tool_views.doctor, name="doctor"),
    path("<str:nct_id>/", views.detail, name="detail"),
]
