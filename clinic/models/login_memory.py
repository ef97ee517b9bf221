from django.db import models


class LoginMemory(models.Model):
    """What all staff processes know together about logins: Django's table of a database cache.

    The names of the entries are keyed hashes: no address or account can be read from them.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"until {self.expires:%F %T}"
