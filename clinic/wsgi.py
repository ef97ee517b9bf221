"""The WSGI application of both doors: the page cache outermost, then Django."""

import os

from clinic.process_life import end_with_server

end_with_server()  # first of all: the server may be killed while Django is being set up

from django.core.wsgi import get_wsgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402

from clinic.chunked_bodies import with_length  # noqa: E402
from clinic.database_patience import limit_waiting  # noqa: E402
from clinic.page_cache import PageCache  # noqa: E402  (models exist only after the set-up)
from clinic.utf8_only import utf8_only  # noqa: E402

if settings.PROCESS == "public":
    limit_waiting()
application = PageCache(with_length(utf8_only(django_application)))
