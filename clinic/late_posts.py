"""The news that a person's text arrived after the end of their session."""

from django.dispatch import Signal

# Sent with ``request``, which still knows the person, and only for a form whose view names
# ``typed_fields`` and that a page of this address sent. A room above may keep the text.
text_came_late = Signal()
