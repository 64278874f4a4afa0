"""The cache: what it forgets is worked out anew, so a Redis that does not answer is a cache that knows nothing."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.redis import RedisCache

from portal.core.redis import OPTIONS, RedisAway, guarded


class ForgivingCache(RedisCache):
    """Django's Redis cache in which reads miss and writes are dropped while Redis is away.

    Nothing that must hold may live here: sessions are rows, tries are counted by portal.core.limits.
    """

    def __init__(self, server, params):
        params["OPTIONS"] = {**OPTIONS, **params.get("OPTIONS", {})}
        super().__init__(server, params)

    def _or(self, without: Any, question) -> Any:
        try:
            return guarded(question)
        except RedisAway:
            return without

    def add(self, *args, **kwargs):
        # True: who asks for a lock on what is kept here gets it, and does not wait for a lock nobody can give.
        return self._or(True, lambda: super(ForgivingCache, self).add(*args, **kwargs))

    def get(self, key, default=None, version=None):
        return self._or(default, lambda: super(ForgivingCache, self).get(key, default, version))

    def set(self, *args, **kwargs):
        return self._or(None, lambda: super(ForgivingCache, self).set(*args, **kwargs))

    def touch(self, *args, **kwargs):
        return self._or(False, lambda: super(ForgivingCache, self).touch(*args, **kwargs))

    def delete(self, *args, **kwargs):
        return self._or(False, lambda: super(ForgivingCache, self).delete(*args, **kwargs))

    def get_many(self, keys, version=None):
        return self._or({}, lambda: super(ForgivingCache, self).get_many(keys, version))

    def has_key(self, *args, **kwargs):
        return self._or(False, lambda: super(ForgivingCache, self).has_key(*args, **kwargs))

    def incr(self, key, delta=1, version=None):
        value = self._or(None, lambda: super(ForgivingCache, self).incr(key, delta, version))
        if value is None:
            raise ValueError("nothing is kept under this key")
        return value

    def set_many(self, data, *args, **kwargs):
        return self._or(list(data), lambda: super(ForgivingCache, self).set_many(data, *args, **kwargs))

    def delete_many(self, *args, **kwargs):
        return self._or(None, lambda: super(ForgivingCache, self).delete_many(*args, **kwargs))

    def clear(self):
        return self._or(False, lambda: super(ForgivingCache, self).clear())
