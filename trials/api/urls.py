from trials.api.manners import for_machines
from trials.api.views import NAMESPACE, api

app_name = NAMESPACE
urlpatterns = api.urls[0]
for pattern in urlpatterns:
    if pattern.callback:
        pattern.callback = for_machines(pattern.callback)
